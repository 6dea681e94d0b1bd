#pragma once

#include "cel/ast.hpp"

#include <array>
#include <string_view>

namespace zhida::cel {

/// A macro and the kind of its node.
struct MacroName {
  std::string_view name;
  NodeKind kind;
};
inline constexpr std::array macro_names{MacroName{"all", NodeKind::all}, MacroName{"exists", NodeKind::exists},
                                        MacroName{"exists_one", NodeKind::exists_one}, MacroName{"map", NodeKind::map},
                                        MacroName{"filter", NodeKind::filter}};

}  // namespace zhida::cel
