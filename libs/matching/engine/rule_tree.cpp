#include "matching/engine/rule_tree.hpp"

#include <algorithm>

namespace zhida::matching::engine {
namespace {

using NodeKind = ConditionNode::Kind;

class Decoder {
 public:
  RuleTree flat(const RuleCode& code, const RuleGroup& group, std::size_t position) {
    const NarrowOperand* operand = code.narrow.data() + group.operands + (position - group.first) * group.stride;
    std::vector<std::uint32_t> parts;
    for (std::uint32_t i = 0; i < group.singles; ++i) parts.push_back(leaf(*operand++));
    const std::uint8_t* term = group.terms.data();
    for (std::size_t t = 0; t < group.term_count; ++t) {
      std::vector<std::uint32_t> alternatives;
      for (std::uint8_t groups = *term++; groups > 0; --groups) {
        std::vector<std::uint32_t> together;
        for (std::uint8_t size = *term++; size > 0; --size) together.push_back(leaf(*operand++));
        alternatives.push_back(inner(NodeKind::all, std::move(together)));
      }
      parts.push_back(inner(NodeKind::any, std::move(alternatives)));
    }
    inner(NodeKind::all, std::move(parts));
    return std::move(tree_);
  }

  RuleTree tree(const RuleCode& code, const RuleGroup& group, std::size_t position) {
    operand_ = code.wide.data() + group.operands + (position - group.first) * group.stride;
    step_ = group.steps.data();
    node();
    return std::move(tree_);
  }

 private:
  std::uint32_t leaf(NarrowOperand narrow) { return leaf(Operand{narrow & (most_predicates - 1), narrow >> predicate_bits, false}); }
  std::uint32_t leaf(const Operand& operand) {
    RuleTree::Node node;
    node.operand = operand;
    tree_.nodes.push_back(std::move(node));
    return static_cast<std::uint32_t>(tree_.nodes.size() - 1);
  }
  /// A node of one child is the child.
  std::uint32_t inner(NodeKind kind, std::vector<std::uint32_t> children) {
    if (children.size() == 1) return children[0];
    RuleTree::Node node;
    node.kind = kind;
    node.children = std::move(children);
    tree_.nodes.push_back(std::move(node));
    return static_cast<std::uint32_t>(tree_.nodes.size() - 1);
  }
  std::uint32_t node() {
    const RuleGroup::Step step = *step_++;
    if (step == RuleGroup::Step::leaf) return leaf(*operand_++);
    std::vector<std::uint32_t> children;
    while (*step_ != RuleGroup::Step::end) children.push_back(node());
    ++step_;
    return inner(step == RuleGroup::Step::all ? NodeKind::all : NodeKind::any, std::move(children));
  }

  RuleTree tree_;
  const Operand* operand_ = nullptr;
  const RuleGroup::Step* step_ = nullptr;
};

}  // namespace

RuleTree decode(const RuleCode& code, std::size_t position) {
  const auto next = std::ranges::upper_bound(code.groups, position, {}, &RuleGroup::first);
  const RuleGroup& group = *(next - 1);
  return group.form == RuleGroup::Form::flat ? Decoder().flat(code, group, position) : Decoder().tree(code, group, position);
}

}  // namespace zhida::matching::engine
