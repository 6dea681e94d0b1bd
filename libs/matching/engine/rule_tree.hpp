#pragma once

#include "matching/engine/rule_code.hpp"

namespace zhida::matching::engine {

/// The rule at a position, as a tree again. Conditions joined by `all` or `any` may stand in another order than in the text.
RuleTree decode(const RuleCode& code, std::size_t position);

}  // namespace zhida::matching::engine
