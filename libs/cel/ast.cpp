#include "cel/ast.hpp"

#include <algorithm>

namespace zhida::cel {

NodeId Ast::add(Node node, std::span<const NodeId> children) {
  node.first_child = static_cast<std::uint32_t>(children_.size());
  node.child_count = static_cast<std::uint32_t>(children.size());
  for (const NodeId child : children)
    node.height = std::max<std::uint16_t>(node.height, static_cast<std::uint16_t>(nodes_[child].height + 1));
  children_.insert(children_.end(), children.begin(), children.end());
  nodes_.push_back(node);
  return static_cast<NodeId>(nodes_.size() - 1);
}

bool same_tree(const Ast& a, NodeId in_a, const Ast& b, NodeId in_b) {
  const Node& x = a[in_a];
  const Node& y = b[in_b];
  if (x.kind != y.kind || x.member != y.member || x.name != y.name || x.child_count != y.child_count) return false;
  if (x.kind == NodeKind::literal && (x.value.kind() != y.value.kind() || !equal(x.value, y.value))) return false;
  return std::ranges::equal(a.children(in_a), b.children(in_b), [&](NodeId s, NodeId t) { return same_tree(a, s, b, t); });
}

}  // namespace zhida::cel
