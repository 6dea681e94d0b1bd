#include "cel/checking.hpp"

#include "cel/limits.hpp"

namespace zhida::cel {

Type Checking::macro(NodeId id) {
  const NodeId range_id = ast_.children(id)[0];
  Type range = visit(range_id);
  if (range == poisoned) return poisoned;
  if (range == Type{}) settle(range_id, range = range.list_of());
  if (!range.is_list())
    return report(range_id, Problem::type_mismatch, "this runs over a list, not over " + to_string(range),
                  "此处应为列表，却是 " + to_string(range));
  if (locals_.size() >= most_nested_macros)
    return report(id, Problem::too_long, "macros nested deeper than " + std::to_string(most_nested_macros),
                  "列表运算嵌套超过" + std::to_string(most_nested_macros) + "层");
  ast_[id].slot = static_cast<std::uint32_t>(locals_.size());
  // The body says what the elements of an empty list are; with that it is looked at again.
  constexpr int most_passes = 4;
  for (int pass = 0; pass < most_passes; ++pass) {
    const std::size_t mistakes = diagnostics_.size();
    locals_.push_back({ast_[id].name, range.element(), ast_[range_id].field, range_id});
    const Type result = macro_body(id, range);
    const Type element = locals_.back().type;
    locals_.pop_back();
    if (element == range.element() || diagnostics_.size() != mistakes) return result;
    settle(range_id, range = element.list_of());
  }
  return report(range_id, Problem::type_mismatch, "the elements of this list have no one type", "无法确定该列表元素的类型");
}

Type Checking::macro_body(NodeId id, Type range) {
  const NodeKind kind = ast_[id].kind;
  const std::vector<NodeId> children(ast_.children(id).begin(), ast_.children(id).end());
  const NodeId body = children.back();
  if (kind == NodeKind::map) {
    if (children.size() == 3) require_boolean(children[1], "map");
    const Type element = visit(body);
    return element == poisoned ? poisoned : element.list_of();
  }
  static constexpr const char* names[] = {"all", "exists", "exists_one", "map", "filter"};
  require_boolean(body, names[static_cast<int>(kind) - static_cast<int>(NodeKind::all)]);
  if (kind != NodeKind::filter) return boolean_type;
  ast_[id].field = ast_[children[0]].field;
  return range;
}

/// Gives a node whose type is open, and what it took that type from, the type it has to have.
void Checking::settle(NodeId id, Type wanted) {
  if (!is_any(ast_[id].type) || ast_[id].type == wanted) return;
  ast_[id].type = wanted;
  const Node& node = ast_[id];
  const std::vector<NodeId> children(ast_.children(id).begin(), ast_.children(id).end());
  switch (node.kind) {
    case NodeKind::list:
      for (const NodeId child : children) settle(child, wanted.element());
      return;
    case NodeKind::identifier:
      if (node.binding == Binding::local && node.slot < locals_.size()) locals_[node.slot].type = wanted;
      return;
    case NodeKind::index:
      return settle(children[0], wanted.list_of());
    case NodeKind::conditional:
      settle(children[1], wanted);
      return settle(children[2], wanted);
    case NodeKind::add:
    case NodeKind::subtract:
    case NodeKind::multiply:
    case NodeKind::divide:
    case NodeKind::remainder:
    case NodeKind::negate:
      for (const NodeId child : children) settle(child, wanted);
      return;
    case NodeKind::filter:
      return settle(children[0], wanted);
    default:
      return;
  }
}

}  // namespace zhida::cel
