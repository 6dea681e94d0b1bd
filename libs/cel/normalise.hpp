#pragma once

#include "cel/ast.hpp"

#include <vector>

namespace zhida::cel {

/// A boolean tree of `&&` and `||` over leaves, in which negation stands inside the leaves only.
struct Normalised {
  Ast ast;
  std::vector<NodeId> leaves;  ///< from left to right
};

/// Pushes negation to the leaves and flattens nested `&&` and `||`. Every evaluation gives what it gave before, missing and errors
/// included: De Morgan's laws hold in Kleene's logic. `!(a < b)` becomes `a >= b` except where a computed double could be NaN; facts never
/// are. `checked` must be a checked tree of type bool.
Normalised normalise(const Ast& checked);

}  // namespace zhida::cel
