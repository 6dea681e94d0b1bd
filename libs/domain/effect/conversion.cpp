#include "domain/effect/conversion.hpp"

#include "domain/effect/campaign_view.hpp"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

namespace zhida::effect {
namespace {

using delivery::Instant;

struct Start {
  std::uint64_t item;
  Instant at;
};

/// Where applications begin, in order of (item, time).
std::vector<Start> application_starts(const delivery::Ledger& ledger) {
  std::vector<Start> starts;
  std::vector<std::uint64_t> open;
  for (const delivery::OutcomeFact& outcome : ledger.outcomes) {
    const auto found = std::find(open.begin(), open.end(), outcome.item);
    const bool is_open = found != open.end();
    switch (outcome.type) {
      case delivery::OutcomeType::applied:
        starts.push_back({outcome.item, outcome.at});
        if (!is_open) open.push_back(outcome.item);
        break;
      case delivery::OutcomeType::granted:
        if (!is_open) starts.push_back({outcome.item, outcome.at});
        if (is_open) open.erase(found);
        break;
      case delivery::OutcomeType::rejected:
        if (is_open) open.erase(found);
        break;
      case delivery::OutcomeType::paid:
      case delivery::OutcomeType::returned:
      case delivery::OutcomeType::recovered:
        break;
    }
  }
  std::stable_sort(starts.begin(), starts.end(), [](const Start& a, const Start& b) { return a.item < b.item; });
  return starts;
}

}  // namespace

std::vector<Conversion> conversions(const delivery::Ledger& ledger, const CampaignHeaders& headers) {
  std::vector<Conversion> found;
  if (ledger.outcomes.empty()) return found;
  const std::vector<Start> starts = application_starts(ledger);
  if (starts.empty()) return found;
  const std::vector<CampaignView> views = campaign_views(ledger, headers);

  for (std::size_t i = 0; i < starts.size(); ++i) {
    const Start& start = starts[i];
    const bool follows = i != 0 && starts[i - 1].item == start.item;
    // Nothing sorts before any click; at equal clicks the later delivery wins.
    std::optional<std::tuple<std::optional<Instant>, Instant, CampaignNumber>> best;
    for (const CampaignView& view : views) {
      if (!view.first_delivery || *view.first_delivery > start.at) continue;
      if (follows && *view.first_delivery <= starts[i - 1].at) continue;
      for (std::size_t k = 0; k < view.header->items.size(); ++k) {
        const HeaderItem& item = view.header->items[k];
        if (item.key != start.item || view.leaves_out(k) || start.at > *view.first_delivery + std::chrono::days(item.conversion_days))
          continue;
        const auto claim = std::tuple(last_click(view, k, start.at), *view.first_delivery, view.header->campaign);
        if (!best || *best < claim) best = claim;
      }
    }
    if (best) found.push_back({std::get<2>(*best), start.item, start.at});
  }
  return found;
}

}  // namespace zhida::effect
