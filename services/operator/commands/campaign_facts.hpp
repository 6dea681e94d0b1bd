#pragma once

#include "domain/campaign/decide.hpp"
#include "operator/commands/decide_command.hpp"

#include <string_view>

namespace zhida::operators {

/// The package as it stands in the catalogue now, its target resolved; an empty one if there is none of this id.
campaign::PinnedPackage pinned_package(std::string_view id, const stores::CatalogStore& catalog, const CommandRules& rules);

/// The package of `plan` as it stands in the catalogue now, its items and the content hash. A package that does not exist gives an
/// empty one: the plan's own check refuses it.
campaign::Facts campaign_facts(const campaign::Plan& plan, const stores::CatalogStore& catalog, const CommandRules& rules,
                               domain::Instant now);

/// As above for the campaign's own plan. The plan, whose list may be long, is not hashed anew while the package stands as it stood.
campaign::Facts campaign_facts(const campaign::Campaign& campaign, const stores::CatalogStore& catalog, const CommandRules& rules,
                               domain::Instant now);

}  // namespace zhida::operators
