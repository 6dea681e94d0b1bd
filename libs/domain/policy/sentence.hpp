#pragma once

#include "domain/enterprise/regions.hpp"
#include "matching/rule.hpp"

#include <string>

namespace zhida::policy {

/// The rule as one Chinese sentence that a clerk can hold against the text of the policy, in the dictionary's words:
/// 「统计划型为小型或微型，且国民经济行业属于制造业（C）。」 Conjunctions are joined by ，且 and alternatives by ，或; what is nested
/// stands in parentheses. Manual conditions follow after a semicolon. Holds no operator of CEL; only the pattern of a `matches` is quoted
/// as it is. `regions` names districts and streets, whose codes the dictionary leaves open.
std::string rule_zh(const matching::Rule& rule, const enterprise::Regions& regions);

/// One condition of it, without a full stop.
std::string leaf_zh(const matching::Rule& rule, const matching::Leaf& leaf, const enterprise::Regions& regions);

}  // namespace zhida::policy
