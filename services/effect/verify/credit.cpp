#include "effect/verify/credit.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

namespace zhida::effect_service::verify {
namespace {

using delivery::EngagementType;
using delivery::OutcomeType;

std::optional<Instant> last_click_until(const CampaignAccount& campaign, std::size_t item, Instant until) {
  std::optional<Instant> last;
  for (const IntentAccount* intent : campaign.intents)
    for (const auto& [span, tally] : intent->engaged) {
      if (span.type != EngagementType::click || tally.people == 0) continue;
      if (span.part != 0 && span.part != item + 1) continue;
      // Of an hour only the first and the last click are known.
      for (const int second : {tally.first_second, tally.last_second}) {
        const Instant at = Instant(std::chrono::hours(span.hour)) + std::chrono::seconds(second);
        if (at <= until) last = std::max(last.value_or(at), at);
      }
    }
  return last;
}

}  // namespace

std::vector<Conversion> conversions(const std::vector<CampaignAccount>& campaigns, const std::vector<delivery::OutcomeFact>& outcomes) {
  std::set<std::uint64_t> items;
  for (const delivery::OutcomeFact& outcome : outcomes) items.insert(outcome.item);
  std::vector<Conversion> found;
  for (const std::uint64_t item : items) {
    bool open = false;
    std::optional<Instant> before;
    for (const delivery::OutcomeFact& outcome : outcomes) {
      if (outcome.item != item) continue;
      const bool begins = outcome.type == OutcomeType::applied || (outcome.type == OutcomeType::granted && !open);
      if (outcome.type == OutcomeType::applied) open = true;
      if (outcome.type == OutcomeType::granted || outcome.type == OutcomeType::rejected) open = false;
      if (!begins) continue;
      using Claim = std::tuple<std::optional<Instant>, Instant, delivery::CampaignNumber>;
      std::optional<std::pair<Claim, std::size_t>> best;
      for (std::size_t c = 0; c < campaigns.size(); ++c) {
        const CampaignAccount& campaign = campaigns[c];
        if (!campaign.delivered || *campaign.delivered > outcome.at || (before && *campaign.delivered <= *before)) continue;
        for (std::size_t i = 0; i < campaign.package->items.size(); ++i) {
          const PackageItem& held = campaign.package->items[i];
          if (held.key != item || campaign.came_without(i) || outcome.at > *campaign.delivered + std::chrono::days(held.conversion_days))
            continue;
          const Claim claim(last_click_until(campaign, i, outcome.at), *campaign.delivered, campaign.number);
          if (!best || best->first < claim) best.emplace(claim, c);
        }
      }
      if (best) found.push_back({best->second, item, delivery::hour_of(outcome.at)});
      before = outcome.at;
    }
  }
  return found;
}

Owners owners_of(const std::vector<CampaignAccount>& campaigns, const std::vector<delivery::OutcomeFact>& outcomes) {
  struct History {
    bool any_case = false, applied_for = false;
    std::optional<std::size_t> owner, owner_of_paid;
    bool paid = false;
  };
  const auto claim = [&campaigns](std::uint64_t item, Instant at) {
    std::map<std::tuple<std::optional<Instant>, Instant, delivery::CampaignNumber>, std::size_t> claims;
    for (std::size_t c = 0; c < campaigns.size(); ++c) {
      const CampaignAccount& campaign = campaigns[c];
      if (!campaign.delivered || *campaign.delivered > at) continue;
      const FirstTimes times = first_times(campaign);
      for (std::size_t i = 0; i < campaign.package->items.size(); ++i)
        if (campaign.package->items[i].key == item && times.item_reached(i) && !campaign.came_without(i))
          claims.try_emplace({last_click_until(campaign, i, at), *campaign.delivered, campaign.number}, c);
    }
    return claims.empty() ? std::nullopt : std::optional(claims.rbegin()->second);
  };
  Owners owners(outcomes.size());
  std::map<std::uint64_t, History> items;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const delivery::OutcomeFact& outcome = outcomes[i];
    History& item = items[outcome.item];
    if (outcome.type == OutcomeType::returned || outcome.type == OutcomeType::recovered) {
      owners[i] = item.owner_of_paid;
      continue;
    }
    const bool begins = outcome.type == OutcomeType::applied || (outcome.type == OutcomeType::granted && !item.applied_for) ||
                        (outcome.type == OutcomeType::paid && !item.any_case);
    if (begins) {
      item.any_case = true;
      item.owner.reset();
      item.paid = false;
    }
    if (!item.any_case) continue;
    if (outcome.type == OutcomeType::applied) item.applied_for = true;
    if (outcome.type == OutcomeType::granted || outcome.type == OutcomeType::rejected) item.applied_for = false;
    if (outcome.type == OutcomeType::paid) item.paid = true;
    if (!item.owner) item.owner = claim(outcome.item, outcome.at);
    if (item.paid) item.owner_of_paid = item.owner;
    owners[i] = item.owner;
  }
  return owners;
}

}  // namespace zhida::effect_service::verify
