#include "domain/campaign/already_applied.hpp"

#include "domain/policy/window.hpp"

#include <algorithm>

namespace zhida::campaign {
namespace {

using delivery::OutcomeType;

bool has_applied(std::span<const delivery::OutcomeFact> outcomes, const AppliedSince& item) {
  bool applied = false;
  for (const delivery::OutcomeFact& outcome : outcomes) {  // in order of time
    if (outcome.item != item.item || outcome.at < item.since) continue;
    if (outcome.type == OutcomeType::rejected) applied = false;
    if (outcome.type == OutcomeType::applied || outcome.type == OutcomeType::granted || outcome.type == OutcomeType::paid) applied = true;
  }
  return applied;
}

}  // namespace

std::vector<AppliedSince> applied_since(const CompiledCampaign& campaign, domain::Date date) {
  std::vector<AppliedSince> since;
  const PackageItems& items = campaign.audience.items();
  since.reserve(items.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto begin = policy::window_begin(items[i]->version->content, date);
    since.push_back({campaign.item_keys[i], domain::start_of(begin.value_or(date - applications_count))});
  }
  return since;
}

bool already_applied(const delivery::Ledger& ledger, std::span<const AppliedSince> items) {
  if (items.empty() || ledger.outcomes.empty()) return false;
  return std::ranges::all_of(items, [&](const AppliedSince& item) { return has_applied(ledger.outcomes, item); });
}

}  // namespace zhida::campaign
