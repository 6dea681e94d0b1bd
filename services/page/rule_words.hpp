#pragma once

#include "matching/rule.hpp"

#include <optional>
#include <string>
#include <vector>

namespace zhida::page {

/// The node whose value a leaf's attribute is compared with; nothing where there is none.
std::optional<cel::NodeId> limit_node(const matching::Rule& rule, const matching::Leaf& leaf);

/// The conditions that hold for certain whenever the rule is true: its leaves that every way to true needs, in a few Chinese words each
/// (`统计划型为小型`). What cannot be said in a few words is left out.
std::vector<std::string> certain_conditions(const matching::Rule& rule);

}  // namespace zhida::page
