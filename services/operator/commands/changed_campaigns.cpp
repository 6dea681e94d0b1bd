#include "operator/commands/changed_campaigns.hpp"

#include "operator/commands/campaign_facts.hpp"

#include <algorithm>
#include <variant>

namespace zhida::operators {
namespace {

using campaign::State;

/// A document concerns also who pushes an item of it: its source may be where the package leads.
bool may_concern(const contracts::CatalogEvent& event, const campaign::Campaign& campaign, const stores::CatalogStore& catalog) {
  if (std::holds_alternative<contracts::PackagePut>(event.outcome)) return campaign.plan.package == event.entity;
  const bool of_document = std::holds_alternative<contracts::DocumentPut>(event.outcome);
  return std::ranges::any_of(campaign.package.contents, [&](const campaign::PinnedContent& content) {
    if (content.id == event.entity) return true;
    if (!of_document || content.type != policy::ContentType::item) return false;
    const auto item = catalog.item(content.id);
    const policy::ItemVersion* const latest = item ? item->latest() : nullptr;
    return latest != nullptr && latest->content.document == event.entity;
  });
}

}  // namespace

bool awaits_launch(State state) { return state == State::in_review || state == State::approved || state == State::scheduled; }

bool is_content_changed(const campaign::Campaign& campaign, const stores::CatalogStore& catalog, const CommandRules& rules) {
  return pinned_package(campaign.plan.package, catalog, rules) != campaign.package;
}

std::vector<std::shared_ptr<const campaign::Campaign>> changed_campaigns(const contracts::CatalogEvent& event,
                                                                         const stores::CatalogStore& catalog, const CommandRules& rules) {
  std::vector<std::shared_ptr<const campaign::Campaign>> changed;
  const bool of_content =
      std::holds_alternative<contracts::PackagePut>(event.outcome) || std::holds_alternative<contracts::DocumentPut>(event.outcome) ||
      std::holds_alternative<contracts::ItemPublished>(event.outcome) || std::holds_alternative<contracts::ItemWithdrawn>(event.outcome);
  if (!of_content) return changed;
  for (const auto& [id, campaign] : catalog.campaigns())
    if (awaits_launch(campaign->state) && may_concern(event, *campaign, catalog) && is_content_changed(*campaign, catalog, rules))
      changed.push_back(campaign);
  return changed;
}

}  // namespace zhida::operators
