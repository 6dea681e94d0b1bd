#include "cel/normalise.hpp"

#include <optional>

namespace zhida::cel {
namespace {

class Normaliser {
 public:
  explicit Normaliser(const Ast& from) : from_(from) {}

  Normalised run() {
    result_.ast.set_root(boolean(from_.root(), false));
    return std::move(result_);
  }

 private:
  /// The node, negated if asked, as a tree of && and || over leaves.
  NodeId boolean(NodeId id, bool negated) {
    const Node& node = from_[id];
    if (node.kind == NodeKind::logical_not) return boolean(from_.children(id)[0], !negated);
    if (node.kind == NodeKind::logical_and || node.kind == NodeKind::logical_or) {
      const bool conjunction = (node.kind == NodeKind::logical_and) != negated;
      std::vector<NodeId> children;
      flatten(id, negated, conjunction, children);
      return add(copy_of(id, conjunction ? NodeKind::logical_and : NodeKind::logical_or), children);
    }
    const NodeId leaf = negated ? negated_leaf(id) : copy(id);
    result_.leaves.push_back(leaf);
    return leaf;
  }

  /// Collects the operands of nested chains that are all conjunctions, or all disjunctions, once negation is pushed down.
  void flatten(NodeId id, bool negated, bool conjunction, std::vector<NodeId>& children) {
    const Node& node = from_[id];
    if (node.kind == NodeKind::logical_not) return flatten(from_.children(id)[0], !negated, conjunction, children);
    const bool chain = node.kind == NodeKind::logical_and || node.kind == NodeKind::logical_or;
    if (chain && ((node.kind == NodeKind::logical_and) != negated) == conjunction) {
      for (const NodeId child : from_.children(id)) flatten(child, negated, conjunction, children);
    } else {
      children.push_back(boolean(id, negated));
    }
  }

  NodeId negated_leaf(NodeId id) {
    const Node& node = from_[id];
    if (node.kind == NodeKind::literal && node.value.kind() == Kind::boolean) {
      Node literal = copy_of(id, node.kind);
      literal.value = Value::boolean(!node.value.as_boolean());
      return add(literal, {});
    }
    if (const auto opposite = opposite_of(id)) {
      const auto children = from_.children(id);
      const NodeId copies[] = {copy(children[0]), copy(children[1])};
      return add(copy_of(id, *opposite), copies);
    }
    Node negation;
    negation.kind = NodeKind::logical_not;
    negation.type = boolean_type;
    negation.span = node.span;
    const NodeId operand[] = {copy(id)};
    return add(negation, operand);
  }

  std::optional<NodeKind> opposite_of(NodeId id) const {
    switch (from_[id].kind) {
      case NodeKind::equal:
        return NodeKind::not_equal;
      case NodeKind::not_equal:
        return NodeKind::equal;
      case NodeKind::less:
        return ordered(id, NodeKind::greater_equal);
      case NodeKind::less_equal:
        return ordered(id, NodeKind::greater);
      case NodeKind::greater:
        return ordered(id, NodeKind::less_equal);
      case NodeKind::greater_equal:
        return ordered(id, NodeKind::less);
      default:
        return std::nullopt;
    }
  }

  /// The opposite order holds only where no operand can be NaN.
  std::optional<NodeKind> ordered(NodeId id, NodeKind opposite) const {
    for (const NodeId child : from_.children(id)) {
      const Node& operand = from_[child];
      const bool plain = operand.kind == NodeKind::literal || operand.binding == Binding::slot;
      if (operand.type.is(Kind::real) && !plain) return std::nullopt;
    }
    return opposite;
  }

  NodeId copy(NodeId id) {
    std::vector<NodeId> children;
    for (const NodeId child : from_.children(id)) children.push_back(copy(child));
    return add(copy_of(id, from_[id].kind), children);
  }

  Node copy_of(NodeId id, NodeKind kind) {
    Node node = from_[id];
    node.kind = kind;
    node.height = 1;
    node.name = node.name.empty() ? std::string_view{} : result_.ast.keep(node.name);
    if (node.value.kind() == Kind::string) node.value = Value::string(result_.ast.keep(node.value.as_string()));
    return node;
  }

  NodeId add(const Node& node, std::span<const NodeId> children) { return result_.ast.add(node, children); }

  const Ast& from_;
  Normalised result_;
};

}  // namespace

Normalised normalise(const Ast& checked) { return Normaliser(checked).run(); }

}  // namespace zhida::cel
