#pragma once

#include "cel/ast.hpp"
#include "cel/diagnostic.hpp"
#include "cel/environment.hpp"

#include <span>
#include <string>
#include <vector>

namespace zhida::cel {

/// The type of a subtree that has been reported already; whatever holds it is not reported again.
inline constexpr Type poisoned{Kind::error};

/// Still open: the element type of `[]`, until something it meets decides.
inline bool is_any(Type type) { return type.scalar == Kind::missing; }

/// Whether a value of type `given` may stand where `wanted` is declared: `[]` suits every list.
bool assignable(Type wanted, Type given);

/// One walk of the checker over a tree. Its parts stand in checker.cpp (which rule for which node), check_names.cpp, check_operators.cpp,
/// check_calls.cpp, check_macros.cpp and check_literals.cpp.
class Checking {
 public:
  Checking(Ast& ast, const Environment& environment, Diagnostics& diagnostics)
      : ast_(ast), environment_(environment), diagnostics_(diagnostics) {}

  /// Gives the node and everything below it a type; `poisoned` once a mistake is reported.
  Type visit(NodeId id);

 private:
  struct Local {
    std::string_view name;
    Type type;
    const Field* field;
    NodeId range;
  };

  Type type_of(NodeId id);
  Type report(NodeId id, Problem problem, std::string en, std::string zh, std::string suggestion = {});

  // Names.
  const Local* find_local(std::string_view name) const;
  Type identifier(NodeId id);
  Type unknown_variable(NodeId id, const std::string& name);
  Type select(NodeId id);
  Type bind(NodeId id, const Field& field);
  std::string dotted_name(NodeId id) const;

  // Operators.
  void require_boolean(NodeId id, const std::string& place);
  Type list(NodeId id);
  Type index(NodeId id);
  Type negate(NodeId id);
  Type conditional(NodeId id);
  Type equality(NodeId id);
  Type order(NodeId id);
  Type membership(NodeId id);
  Type arithmetic(NodeId id);
  static bool joins(NodeKind kind, Type a, Type b, Type& result);
  bool agree(NodeId left, Type& a, NodeId right, Type& b);
  Type mismatch(NodeId id, NodeId left, NodeId right, Type a, Type b);
  std::string number_hint(NodeId id, Type wanted) const;

  // Calls.
  Type call(NodeId id);
  void join_namespace(NodeId id);
  void check_arguments(const Overload& overload, const std::vector<NodeId>& arguments);
  Type check_conversion(const Overload& overload, const std::vector<NodeId>& arguments);
  Type unknown_function(NodeId id, const std::string& name, bool member);
  Type no_overload(NodeId id, const std::string& name, std::span<const std::shared_ptr<const Overload>> overloads,
                   const std::vector<NodeId>& arguments, const std::vector<Type>& types);

  // Macros, and types that `[]` leaves open.
  Type macro(NodeId id);
  Type macro_body(NodeId id, Type range);
  void settle(NodeId id, Type wanted);

  // Words outside the vocabulary of what they are compared with.
  void check_literals(NodeId of, NodeId other);
  void check_literals(const Field& field, NodeId id);

  Ast& ast_;
  const Environment& environment_;
  Diagnostics& diagnostics_;
  std::vector<Local> locals_;
  std::size_t visits_ = 0;
  std::size_t patterns_ = 0;
};

}  // namespace zhida::cel
