#pragma once

#include "cel/ast.hpp"

#include <string>

namespace zhida::cel::conformance {

/// The tree in the notation of `convert.mjs`, as the reference implementation builds it: macros expanded into comprehensions, chains of
/// `&&` and `||` balanced, pairs of signs dropped. After the check the types stand behind each node (`x~int`).
std::string reference_tree(const Ast& ast, bool with_types);

}  // namespace zhida::cel::conformance
