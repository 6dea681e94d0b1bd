#include "domain/effect/outcome_credit.hpp"

#include <algorithm>
#include <tuple>

namespace zhida::effect {
namespace {

using delivery::Instant;
using delivery::OutcomeFact;
using delivery::OutcomeType;

/// What follows from one application, grant or first payment.
struct Case {
  std::uint64_t item = 0;
  bool open = false;  ///< applied for, and neither granted nor rejected
  bool paid = false;
  std::optional<std::size_t> view;
};

std::optional<std::size_t> claimant(std::span<const CampaignView> views, std::uint64_t item, Instant at) {
  using Claim = std::tuple<std::optional<Instant>, Instant, CampaignNumber>;
  std::optional<Claim> best;
  std::optional<std::size_t> view;
  for (std::size_t v = 0; v < views.size(); ++v) {
    if (!views[v].first_delivery || *views[v].first_delivery > at) continue;
    const std::vector<HeaderItem>& items = views[v].header->items;
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (items[i].key != item || !is_reached(views[v], i)) continue;
      const Claim claim(last_click(views[v], i, at), *views[v].first_delivery, views[v].header->campaign);
      if (best && claim <= *best) continue;
      best = claim;
      view = v;
    }
  }
  return view;
}

bool begins_case(const OutcomeFact& outcome, const Case* latest) {
  if (outcome.type == OutcomeType::applied) return true;
  if (outcome.type == OutcomeType::granted) return latest == nullptr || !latest->open;
  return outcome.type == OutcomeType::paid && latest == nullptr;
}

}  // namespace

std::vector<std::optional<std::size_t>> credited_views(const delivery::Ledger& ledger, std::span<const CampaignView> views) {
  std::vector<std::optional<std::size_t>> credited(ledger.outcomes.size());
  std::vector<Case> cases;
  const auto latest = [&cases](std::uint64_t item, bool paid) -> Case* {
    const auto found =
        std::find_if(cases.rbegin(), cases.rend(), [&](const Case& each) { return each.item == item && (each.paid || !paid); });
    return found == cases.rend() ? nullptr : &*found;
  };
  for (std::size_t i = 0; i < ledger.outcomes.size(); ++i) {
    const OutcomeFact& outcome = ledger.outcomes[i];
    if (outcome.type == OutcomeType::returned || outcome.type == OutcomeType::recovered) {
      if (const Case* const repaid = latest(outcome.item, true)) credited[i] = repaid->view;
      continue;
    }
    Case* own = latest(outcome.item, false);
    if (begins_case(outcome, own)) {
      cases.emplace_back();
      own = &cases.back();
      own->item = outcome.item;
    }
    if (own == nullptr) continue;  // turned down without an application
    if (outcome.type == OutcomeType::applied) own->open = true;
    if (outcome.type == OutcomeType::granted || outcome.type == OutcomeType::rejected) own->open = false;
    if (outcome.type == OutcomeType::paid) own->paid = true;
    if (!own->view) own->view = claimant(views, outcome.item, outcome.at);
    credited[i] = own->view;
  }
  return credited;
}

}  // namespace zhida::effect
