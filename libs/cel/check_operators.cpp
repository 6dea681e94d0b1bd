#include "cel/checking.hpp"

#include "cel/print.hpp"

namespace zhida::cel {

void Checking::require_boolean(NodeId id, const std::string& place) {
  const Type type = visit(id);
  if (type == Type{}) return settle(id, boolean_type);
  if (type.is(Kind::boolean) || type == poisoned) return;
  report(id, Problem::type_mismatch, "'" + place + "' takes bool, this is " + to_string(type),
         "“" + place + "”的操作数应为 bool，此处是 " + to_string(type));
}

Type Checking::list(NodeId id) {
  Type element;
  for (const NodeId child : ast_.children(id)) {
    const Type type = visit(child);
    if (type == poisoned) return poisoned;
    if (is_any(element) && type.lists >= element.lists) element = type;
    if (!assignable(element, type))
      return report(child, Problem::type_mismatch, "a list holds one type: this is " + to_string(type) + " among " + to_string(element),
                    "列表元素类型须一致：此处是 " + to_string(type) + "，其余是 " + to_string(element), number_hint(child, element));
  }
  for (const NodeId child : ast_.children(id)) settle(child, element);
  return element.list_of();
}

Type Checking::index(NodeId id) {
  const NodeId list = ast_.children(id)[0], position = ast_.children(id)[1];
  Type type = visit(list);
  Type at = visit(position);
  if (type == poisoned || at == poisoned) return poisoned;
  if (type == Type{}) settle(list, type = type.list_of());
  if (at == Type{}) settle(position, at = integer_type);
  if (!type.is_list())
    return report(list, Problem::type_mismatch, "only lists have elements; this is " + to_string(type),
                  "只有列表可以取元素，此处是 " + to_string(type));
  if (!at.is(Kind::integer))
    return report(position, Problem::type_mismatch, "a position is an int, this is " + to_string(at),
                  "下标应为 int，此处是 " + to_string(at));
  ast_[id].field = ast_[list].field;
  return type.element();
}

Type Checking::negate(NodeId id) {
  const Type type = visit(ast_.children(id)[0]);
  if (type == poisoned || type == Type{} || type.is(Kind::integer) || type.is(Kind::real)) return type;
  return report(id, Problem::type_mismatch, "'-' takes a number, this is " + to_string(type),
                "“-”的操作数应为数字，此处是 " + to_string(type));
}

Type Checking::conditional(NodeId id) {
  const auto children = ast_.children(id);
  const NodeId condition = children[0], then_id = children[1], else_id = children[2];
  require_boolean(condition, "?:");
  Type then = visit(then_id), otherwise = visit(else_id);
  if (then == poisoned || otherwise == poisoned) return poisoned;
  if (agree(then_id, then, else_id, otherwise)) return then;
  return mismatch(id, then_id, else_id, then, otherwise);
}

/// How to write a literal so that it suits the type it meets; empty when there is no simple way.
std::string Checking::number_hint(NodeId id, Type wanted) const {
  const Node& node = ast_[id];
  if (wanted.is(Kind::real) && node.type.is(Kind::integer))
    return node.kind == NodeKind::literal ? std::to_string(node.value.as_integer()) + ".0" : "double(" + print(ast_, id) + ")";
  if (wanted.is(Kind::timestamp) && node.kind == NodeKind::literal && node.type.is(Kind::string)) {
    const std::string text(node.value.as_string());
    return "timestamp(\"" + text + (text.size() == 10 ? "T00:00:00+08:00" : "") + "\")";
  }
  if (wanted.is(Kind::string) && node.kind == NodeKind::literal && node.type.is(Kind::integer))
    return "\"" + std::to_string(node.value.as_integer()) + "\"";
  return {};
}

Type Checking::mismatch(NodeId id, NodeId left, NodeId right, Type a, Type b) {
  std::string hint = number_hint(right, a);
  if (hint.empty()) hint = number_hint(left, b);
  const std::string sign(operator_sign(ast_[id].kind));
  return report(id, Problem::type_mismatch,
                "'" + sign + "' cannot join " + to_string(a) + " and " + to_string(b) + (hint.empty() ? "" : "; write " + hint),
                "“" + sign + "”不能用于 " + to_string(a) + " 和 " + to_string(b) + (hint.empty() ? "" : "，请写成 " + hint), hint);
}

/// Whether both operands have one type; what is open in one of them takes the other's.
bool Checking::agree(NodeId left, Type& a, NodeId right, Type& b) {
  if (is_any(a) && !is_any(b) && assignable(b, a)) settle(left, a = b);
  if (is_any(b) && !is_any(a) && assignable(a, b)) settle(right, b = a);
  if (a == b) return true;
  if (!is_any(a) || !is_any(b)) return false;
  settle(a.lists < b.lists ? left : right, a.lists < b.lists ? b : a);
  a = b = a.lists < b.lists ? b : a;
  return true;
}

Type Checking::equality(NodeId id) {
  const NodeId left = ast_.children(id)[0], right = ast_.children(id)[1];
  Type a = visit(left), b = visit(right);
  if (a == poisoned || b == poisoned) return boolean_type;
  if (!agree(left, a, right, b)) return mismatch(id, left, right, a, b), boolean_type;
  check_literals(left, right);
  check_literals(right, left);
  return boolean_type;
}

Type Checking::order(NodeId id) {
  const NodeId left = ast_.children(id)[0], right = ast_.children(id)[1];
  Type a = visit(left), b = visit(right);
  if (a == poisoned || b == poisoned) return boolean_type;
  if (!agree(left, a, right, b) || a.is_list()) mismatch(id, left, right, a, b);
  return boolean_type;
}

Type Checking::membership(NodeId id) {
  const NodeId left = ast_.children(id)[0], right = ast_.children(id)[1];
  Type a = visit(left), b = visit(right);
  if (a == poisoned || b == poisoned) return boolean_type;
  if (b == Type{}) settle(right, b = a.list_of());
  if (!b.is_list()) {
    report(right, Problem::type_mismatch, "'in' takes a list on its right, this is " + to_string(b),
           "“in”右边应为列表，此处是 " + to_string(b));
  } else if (!assignable(b.element(), a)) {
    const std::string hint = number_hint(left, b.element());
    report(id, Problem::type_mismatch, "'in' looks for " + to_string(a) + " in a " + to_string(b) + (hint.empty() ? "" : "; write " + hint),
           "“in”左边是 " + to_string(a) + "，右边是 " + to_string(b) + (hint.empty() ? "" : "，请写成 " + hint), hint);
  } else {
    if (is_any(b)) settle(right, a.list_of());
    if (is_any(a)) settle(left, b.element());
    check_literals(left, right);
    check_literals(right, left);
  }
  return boolean_type;
}

/// The type that an arithmetic operator gives for two types.
bool Checking::joins(NodeKind kind, Type a, Type b, Type& result) {
  const bool sum = kind == NodeKind::add, difference = kind == NodeKind::subtract;
  result = a;
  if (a.is(Kind::integer) && b.is(Kind::integer)) return true;
  if (a.is(Kind::real) && b.is(Kind::real)) return kind != NodeKind::remainder;
  if (a.is(Kind::string) && b.is(Kind::string)) return sum;
  if (a.is_list() && a == b) return sum;
  if (b.is(Kind::duration) && (a.is(Kind::timestamp) || a.is(Kind::duration))) return sum || difference;
  if (a.is(Kind::duration) && b.is(Kind::timestamp)) {
    result = b;
    return sum;
  }
  result = duration_type;
  return difference && a.is(Kind::timestamp) && b.is(Kind::timestamp);
}

Type Checking::arithmetic(NodeId id) {
  const NodeId left = ast_.children(id)[0], right = ast_.children(id)[1];
  Type a = visit(left), b = visit(right);
  if (a == poisoned || b == poisoned) return poisoned;
  if (a == Type{} && b == Type{}) return {};
  const NodeKind kind = ast_[id].kind;
  Type result;
  // What is open becomes the other operand's type if the operator takes that, else the one that goes with it.
  for (const Type candidate : {a, b, duration_type, timestamp_type}) {
    if (!is_any(a) && !is_any(b)) break;
    const Type left_type = is_any(a) ? candidate : a, right_type = is_any(b) ? candidate : b;
    if (is_any(candidate) || !assignable(left_type, a) || !assignable(right_type, b) || !joins(kind, left_type, right_type, result))
      continue;
    settle(left, a = left_type);
    settle(right, b = right_type);
  }
  if (is_any(a) && is_any(b) && kind == NodeKind::add && agree(left, a, right, b)) return a;
  return joins(kind, a, b, result) ? result : mismatch(id, left, right, a, b);
}

}  // namespace zhida::cel
