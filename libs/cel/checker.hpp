#pragma once

#include "cel/ast.hpp"
#include "cel/diagnostic.hpp"
#include "cel/environment.hpp"

#include <optional>

namespace zhida::cel {

/// Gives every node of `ast` its type, names their slots and calls their overloads, and reports what does not fit.
/// False when there is a mistake.
bool resolve(Ast& ast, const Environment& environment, std::optional<Type> expected, Diagnostics& diagnostics);

}  // namespace zhida::cel
