#pragma once

#include "domain/campaign/decide.hpp"
#include "operator/commands/decide_command.hpp"

namespace zhida::operators {

/// The package of `plan` as it stands in the catalogue now, its items and the content hash. A package that does not exist gives an
/// empty one: the plan's own check refuses it.
campaign::Facts campaign_facts(const campaign::Plan& plan, const stores::CatalogStore& catalog, const CommandRules& rules,
                               domain::Instant now);

}  // namespace zhida::operators
