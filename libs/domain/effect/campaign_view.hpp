#pragma once

#include "domain/delivery/ledger.hpp"
#include "domain/effect/campaign_header.hpp"

#include <optional>
#include <span>
#include <vector>

namespace zhida::effect {

/// The intents of one campaign in a ledger; at least one of them is decided and the campaign is known. Points into both.
struct CampaignView {
  const CampaignHeader* header = nullptr;
  std::span<const delivery::IntentRecord> records;  ///< undecided ones among them, which count nowhere
  const delivery::Decision* decision = nullptr;     ///< the first decided; its facets and verdicts stand for the enterprise
  std::optional<delivery::Instant> first_delivery;  ///< of the intents that stand delivered

  /// What was decided about the item at `index` of the campaign; null if the decision does not have it.
  const delivery::ItemDecision* item(std::size_t index) const { return index < decision->items.size() ? &decision->items[index] : nullptr; }

  /// Whether the item at `index` never came: every delivery was without it.
  bool leaves_out(std::size_t index) const;
};

/// Whether people had an impression of, or saw, the item at `index` or the package that came with it.
bool is_reached(const CampaignView& view, std::size_t index);

/// The last click of people on the package or on the item at `index`, at most `until`. Of an hour only the first and last are known.
std::optional<delivery::Instant> last_click(const CampaignView& view, std::size_t index, delivery::Instant until);

/// In order of campaign numbers.
std::vector<CampaignView> campaign_views(const delivery::Ledger& ledger, const CampaignHeaders& headers);

}  // namespace zhida::effect
