#pragma once

#include "effect/verify/account.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace zhida::effect_service::verify {

/// One item of a campaign's package, as its first intents say.
struct PackageItem {
  std::string id;
  std::uint32_t version = 0;
  std::string group;
  int conversion_days = 30;
  std::uint64_t key = 0;  ///< delivery::hash_of its id
};

struct Package {
  delivery::Place place;
  std::vector<PackageItem> items;
};
using Packages = std::map<delivery::CampaignNumber, Package>;

/// The decided intents of one campaign in an account. Points into account and packages.
struct CampaignAccount {
  delivery::CampaignNumber number = 0;
  const Package* package = nullptr;
  std::vector<const IntentAccount*> intents;
  std::optional<Instant> delivered;  ///< first delivery of those that stand delivered

  /// The first one's; its facets and verdicts stand for the enterprise.
  const Decided& decision() const { return *intents.front()->decided; }
  /// Whether the item was gone from the package before every delivery.
  bool came_without(std::size_t index) const;
  const delivery::ItemDecision* item(std::size_t index) const {
    return index < decision().items.size() ? &decision().items[index] : nullptr;
  }
};

/// Of known campaigns, in order of their numbers.
std::vector<CampaignAccount> campaigns_of(const Account& account, const Packages& packages);

using MaybeHour = std::optional<delivery::Hour>;

/// First hour at which people did something, by type of engagement.
using FirstHours = std::map<delivery::EngagementType, delivery::Hour>;

/// The hour in which engagements count: what is dated before the delivery happened with it.
delivery::Hour counted_in(const IntentAccount& intent, const EngagedSpan& span);

/// For everything, the package as a whole, and each item.
struct FirstTimes {
  FirstHours anywhere, package;
  std::vector<FirstHours> items;

  /// A proof that the page was rendered: the first impression or seen.
  MaybeHour reached() const;
  /// The same of an item, or of the package that holds it.
  MaybeHour item_reached(std::size_t index) const;
};
FirstTimes first_times(const CampaignAccount& campaign);

/// Nothing is later than everything.
MaybeHour earlier(MaybeHour a, MaybeHour b);

}  // namespace zhida::effect_service::verify
