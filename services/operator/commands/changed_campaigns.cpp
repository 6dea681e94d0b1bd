#include "operator/commands/changed_campaigns.hpp"

#include "operator/commands/campaign_facts.hpp"

#include <algorithm>
#include <variant>

namespace zhida::operators {
namespace {

using campaign::State;

bool may_concern(const contracts::CatalogEvent& event, const campaign::Campaign& campaign) {
  if (std::holds_alternative<contracts::PackagePut>(event.outcome)) return campaign.plan.package == event.entity;
  if (std::holds_alternative<contracts::DocumentPut>(event.outcome)) return true;  // its source may be where the package leads
  return std::ranges::any_of(campaign.package.contents, [&](const campaign::PinnedContent& content) { return content.id == event.entity; });
}

}  // namespace

bool awaits_launch(State state) { return state == State::in_review || state == State::approved || state == State::scheduled; }

bool is_content_changed(const campaign::Campaign& campaign, const stores::CatalogStore& catalog, const CommandRules& rules,
                        domain::Instant now) {
  return campaign_facts(campaign.plan, catalog, rules, now).content_hash != campaign.content_hash;
}

std::vector<std::shared_ptr<const campaign::Campaign>> changed_campaigns(const contracts::CatalogEvent& event,
                                                                         const stores::CatalogStore& catalog, const CommandRules& rules,
                                                                         domain::Instant now) {
  std::vector<std::shared_ptr<const campaign::Campaign>> changed;
  const bool of_content =
      std::holds_alternative<contracts::PackagePut>(event.outcome) || std::holds_alternative<contracts::DocumentPut>(event.outcome) ||
      std::holds_alternative<contracts::ItemPublished>(event.outcome) || std::holds_alternative<contracts::ItemWithdrawn>(event.outcome);
  if (!of_content) return changed;
  for (const auto& [id, campaign] : catalog.campaigns())
    if (awaits_launch(campaign->state) && may_concern(event, *campaign) && is_content_changed(*campaign, catalog, rules, now))
      changed.push_back(campaign);
  return changed;
}

}  // namespace zhida::operators
