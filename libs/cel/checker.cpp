#include "cel/checker.hpp"

#include "cel/checking.hpp"
#include "cel/limits.hpp"
#include "cel/print.hpp"

namespace zhida::cel {

bool assignable(Type wanted, Type given) {
  if (wanted == given || given == poisoned) return true;
  if (is_any(given)) return wanted.lists >= given.lists;
  return is_any(wanted) && given.lists >= wanted.lists;
}

Type Checking::visit(NodeId id) {
  if (++visits_ > most_visits)
    return report(id, Problem::too_long, "the text takes too long to check", "表达式过于复杂，无法在限定步骤内检查");
  Type type = type_of(id);
  if (type.lists > most_nesting)
    type = report(id, Problem::too_long, "lists nested deeper than " + std::to_string(most_nesting),
                  "列表嵌套超过" + std::to_string(most_nesting) + "层");
  ast_[id].type = type;
  return type;
}

Type Checking::report(NodeId id, Problem problem, std::string en, std::string zh, std::string suggestion) {
  diagnostics_.add(ast_[id].span, problem, std::move(en), std::move(zh), std::move(suggestion));
  return poisoned;
}

Type Checking::type_of(NodeId id) {
  const Node& node = ast_[id];
  switch (node.kind) {
    case NodeKind::literal:
      return {node.value.kind()};
    case NodeKind::list:
      return list(id);
    case NodeKind::identifier:
      return identifier(id);
    case NodeKind::select:
      return select(id);
    case NodeKind::has:
      visit(ast_.children(id)[0]);
      return boolean_type;
    case NodeKind::index:
      return index(id);
    case NodeKind::call:
      return call(id);
    case NodeKind::negate:
      return negate(id);
    case NodeKind::logical_not:
    case NodeKind::logical_and:
    case NodeKind::logical_or:
      for (const NodeId child : ast_.children(id)) require_boolean(child, std::string(operator_sign(ast_[id].kind)));
      return boolean_type;
    case NodeKind::conditional:
      return conditional(id);
    case NodeKind::equal:
    case NodeKind::not_equal:
      return equality(id);
    case NodeKind::less:
    case NodeKind::less_equal:
    case NodeKind::greater:
    case NodeKind::greater_equal:
      return order(id);
    case NodeKind::in:
      return membership(id);
    case NodeKind::add:
    case NodeKind::subtract:
    case NodeKind::multiply:
    case NodeKind::divide:
    case NodeKind::remainder:
      return arithmetic(id);
    default:
      return macro(id);
  }
}

bool resolve(Ast& ast, const Environment& environment, std::optional<Type> expected, Diagnostics& diagnostics) {
  const Type type = Checking(ast, environment, diagnostics).visit(ast.root());
  if (type != poisoned && expected && !assignable(*expected, type))
    diagnostics.add(ast[ast.root()].span, Problem::type_mismatch,
                    "the text must give " + to_string(*expected) + ", this is " + to_string(type),
                    "表达式的结果应为 " + to_string(*expected) + "，此处是 " + to_string(type));
  return diagnostics.empty();
}

}  // namespace zhida::cel
