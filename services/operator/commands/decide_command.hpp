#pragma once

#include "contracts/catalog/catalog_event.hpp"
#include "contracts/commands/command.hpp"
#include "domain/policy/links.hpp"
#include "stores/catalog/catalog_store.hpp"
#include "stores/reference/reference_data.hpp"

#include <cstdint>
#include <string>

namespace zhida::operators {

/// What decisions about commands rest on beside the catalogue.
struct CommandRules {
  const stores::ReferenceData& reference;
  policy::LinkPolicy links;  ///< hosts that links may lead to
  std::string page_url;      ///< where the link of a package without target leads
};

/// What becomes of `command`, which stands at `offset` of `commands` and has no outcome yet: the entity's change, or its refusal with the
/// problem and the current state. Looks only at its arguments; `catalog` must hold everything decided before.
contracts::CatalogEvent decide_command(const contracts::CommandRequested& command, std::uint64_t offset,
                                       const stores::CatalogStore& catalog, const CommandRules& rules, domain::Instant now);

}  // namespace zhida::operators
