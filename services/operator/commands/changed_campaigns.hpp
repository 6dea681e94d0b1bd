#pragma once

#include "contracts/catalog/catalog_event.hpp"
#include "operator/commands/decide_command.hpp"

#include <memory>
#include <vector>

namespace zhida::operators {

/// In review, approved or scheduled: what is going to run must still be what was read.
bool awaits_launch(campaign::State state);

/// Whether package and items are no longer what the campaign's content hash says.
bool is_content_changed(const campaign::Campaign& campaign, const stores::CatalogStore& catalog, const CommandRules& rules,
                        domain::Instant now);

/// The campaigns awaiting their launch that `event`, folded, has changed the content of: they are to return to draft.
std::vector<std::shared_ptr<const campaign::Campaign>> changed_campaigns(const contracts::CatalogEvent& event,
                                                                         const stores::CatalogStore& catalog, const CommandRules& rules,
                                                                         domain::Instant now);

}  // namespace zhida::operators
