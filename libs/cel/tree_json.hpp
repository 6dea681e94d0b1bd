#pragma once

#include "cel/ast.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace zhida::cel {

/// A tree as JSON for programs that build rules from parts. Each node is an object, told by its first key:
///   {"bool":true} {"int":300} {"double":0.05} {"string":"small"}   literals; an int beyond 2^53 stands in quotes
///   {"name":"p.employees"}                                         a name with its dots
///   {"field":"b","of":…}                                           a field of what is no name
///   {"has":{"name":"p.employees"}}
///   {"all":[…]} {"any":[…]} {"not":…}                              &&, ||, !
///   {"op":">=","left":…,"right":…}                                 == != < <= > >= in + - * / %
///   {"negate":…} {"if":…,"then":…,"else":…} {"list":[…]} {"element":…,"at":…}
///   {"call":"under","arguments":[…]} {"call":"size","target":…,"arguments":[…]}
///   {"each":"exists","variable":"t","in":…,"body":…}               all exists exists_one map filter; map may have a "where"
std::string to_json(const Ast& ast, NodeId node);
inline std::string to_json(const Ast& ast) { return to_json(ast, ast.root()); }

/// A tree that was read, not yet checked, or why there is none and where in the text.
struct TreeFromJson {
  std::optional<Ast> ast;
  std::string error;  ///< in English: `at 17: …`
};

/// The tree that `to_json` wrote. Names, nesting, numbers of nodes and of elements are held to the limits of the language, so that printing
/// the tree gives a text that parses to it again.
TreeFromJson tree_from_json(std::string_view json);

}  // namespace zhida::cel
