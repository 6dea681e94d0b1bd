#pragma once

#include "cel/ast.hpp"
#include "cel/diagnostic.hpp"

#include <optional>
#include <string_view>

namespace zhida::cel {

/// The tree of `text`, not yet checked; nothing when there is a mistake, which is then reported.
/// A chain of `&&` or of `||` is one node. Macros are recognised by their form.
std::optional<Ast> parse(std::string_view text, Diagnostics& diagnostics);

}  // namespace zhida::cel
