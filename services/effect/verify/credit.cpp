#include "effect/verify/credit.hpp"

#include <algorithm>
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
          if (held.key != item || outcome.at > *campaign.delivered + std::chrono::days(held.conversion_days)) continue;
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

}  // namespace zhida::effect_service::verify
