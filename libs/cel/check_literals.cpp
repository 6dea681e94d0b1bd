#include "cel/checking.hpp"

namespace zhida::cel {

/// Literals that `other` may give are held against the field that the values of `of` come from.
void Checking::check_literals(NodeId of, NodeId other) {
  const Field* const field = ast_[of].field;
  if (field) check_literals(*field, other);
}

void Checking::check_literals(const Field& field, NodeId id) {
  const Node& node = ast_[id];
  switch (node.kind) {
    case NodeKind::literal:
      if (auto mistake = field.literals(node.value))
        report(id, Problem::unknown_literal, std::move(mistake->message_en), std::move(mistake->message_zh),
               std::move(mistake->suggestion));
      return;
    case NodeKind::list:
      for (const NodeId element : ast_.children(id)) check_literals(field, element);
      return;
    case NodeKind::conditional:
      check_literals(field, ast_.children(id)[1]);
      check_literals(field, ast_.children(id)[2]);
      return;
    case NodeKind::identifier:
      if (node.binding == Binding::local && node.slot < locals_.size()) {
        const NodeId range = locals_[node.slot].range;
        if (ast_[range].kind == NodeKind::list) check_literals(field, range);
      }
      return;
    default:
      return;
  }
}

}  // namespace zhida::cel
