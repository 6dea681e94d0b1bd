#pragma once

#include "cel/ast.hpp"

#include <string>
#include <string_view>

namespace zhida::cel {

/// The subtree as CEL with as few parentheses as needed; parses again to the same tree.
std::string print(const Ast& ast, NodeId node);
inline std::string print(const Ast& ast) { return print(ast, ast.root()); }

/// `==`, `&&`, `in`; `?:` for what is no prefix or infix operator.
std::string_view operator_sign(NodeKind kind);

/// A known value as a CEL literal or conversion: `"small"`, `3`, `timestamp("2024-12-30T16:00:00Z")`. Empty for no value.
std::string print(const Value& value);

}  // namespace zhida::cel
