#pragma once

#include "contracts/catalog/catalog_event.hpp"
#include "operator/commands/decide_command.hpp"

#include <memory>
#include <vector>

namespace zhida::operators {

/// In review, approved or scheduled: what is going to run must still be what was read.
bool awaits_launch(campaign::State state);

/// Whether package and items are no longer those that the campaign's content hash is of. The plan is not looked at, however long its
/// list: it changes by an edit only, which takes the package as it stands.
bool is_content_changed(const campaign::Campaign& campaign, const stores::CatalogStore& catalog, const CommandRules& rules);

/// The campaigns awaiting their launch that `event`, folded, has changed the content of: they are to return to draft.
std::vector<std::shared_ptr<const campaign::Campaign>> changed_campaigns(const contracts::CatalogEvent& event,
                                                                         const stores::CatalogStore& catalog, const CommandRules& rules);

}  // namespace zhida::operators
