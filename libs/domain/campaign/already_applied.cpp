#include "domain/campaign/already_applied.hpp"

#include <algorithm>

namespace zhida::campaign {
namespace {

using delivery::OutcomeType;

bool has_applied(std::span<const delivery::OutcomeFact> outcomes, std::uint64_t item) {
  bool applied = false;
  for (const delivery::OutcomeFact& outcome : outcomes) {  // in order of time
    if (outcome.item != item) continue;
    if (outcome.type == OutcomeType::rejected) applied = false;
    if (outcome.type == OutcomeType::applied || outcome.type == OutcomeType::granted || outcome.type == OutcomeType::paid) applied = true;
  }
  return applied;
}

}  // namespace

bool already_applied(const delivery::Ledger& ledger, std::span<const std::uint64_t> items) {
  if (items.empty() || ledger.outcomes.empty()) return false;
  return std::ranges::all_of(items, [&](std::uint64_t item) { return has_applied(ledger.outcomes, item); });
}

}  // namespace zhida::campaign
