#include "matching/engine/condition.hpp"
#include "matching/engine/leaf_lowering.hpp"
#include "matching/engine/ranges.hpp"

#include <algorithm>

namespace zhida::matching::engine {
namespace {

using cel::Ast;
using cel::NodeId;
using cel::NodeKind;

class Lowering {
 public:
  explicit Lowering(Rule rule) : result_{std::move(rule), {}, {}}, ast_(result_.rule.program().ast()), leaves_(result_.rule) {}

  LoweredRule run() {
    const std::uint32_t root = node(ast_.root());
    std::vector<std::uint32_t> besides;
    for (std::uint32_t i = 0; i < result_.rule.manual().size(); ++i)
      if (!result_.rule.names_manual(i)) besides.push_back(i);
    if (!besides.empty()) {
      std::vector<std::uint32_t> children{root};
      if (result_.nodes[root].kind == ConditionNode::Kind::all) {
        children = std::move(result_.nodes[root].children);
        result_.nodes.pop_back();
      }
      for (const std::uint32_t number : besides) children.push_back(add_leaf(manual(number)));
      add_inner(ConditionNode::Kind::all, std::move(children));
    }
    return std::move(result_);
  }

 private:
  std::uint32_t node(NodeId id) {
    const NodeKind kind = ast_[id].kind;
    if (kind != NodeKind::logical_and && kind != NodeKind::logical_or) {
      if (const auto number = result_.rule.manual_at(id)) return add_leaf(manual(*number));
      Condition condition = leaves_.lower(id);
      condition.leaves = {next_leaf_++};
      return add_leaf(std::move(condition));
    }
    const bool all = kind == NodeKind::logical_and;
    std::vector<std::uint32_t> children;
    for (const NodeId child : ast_.children(id)) {
      const std::uint32_t number = node(child);
      if (!joined(children, number, all)) children.push_back(number);
    }
    if (children.size() == 1) return children[0];  // everything became one condition
    return add_inner(all ? ConditionNode::Kind::all : ConditionNode::Kind::any, std::move(children));
  }

  static Condition manual(std::uint32_t number) {
    Condition condition;
    condition.kind = ConditionKind::manual;
    condition.attribute = number;
    return condition;
  }

  std::uint32_t add_leaf(Condition condition) {
    ConditionNode leaf;
    leaf.condition = static_cast<std::uint32_t>(result_.conditions.size());
    result_.conditions.push_back(std::move(condition));
    result_.nodes.push_back(std::move(leaf));
    return static_cast<std::uint32_t>(result_.nodes.size() - 1);
  }

  std::uint32_t add_inner(ConditionNode::Kind kind, std::vector<std::uint32_t> children) {
    ConditionNode inner;
    inner.kind = kind;
    inner.children = std::move(children);
    result_.nodes.push_back(std::move(inner));
    return static_cast<std::uint32_t>(result_.nodes.size() - 1);
  }

  /// Joins the newest leaf into an earlier sibling, where that changes no answer, nor how many conditions an enterprise fails.
  bool joined(const std::vector<std::uint32_t>& siblings, std::uint32_t newest, bool all) {
    if (result_.nodes[newest].kind != ConditionNode::Kind::leaf) return false;
    Condition& next = result_.conditions[result_.nodes[newest].condition];
    for (const std::uint32_t sibling : siblings) {
      if (result_.nodes[sibling].kind != ConditionNode::Kind::leaf) continue;
      Condition& condition = result_.conditions[result_.nodes[sibling].condition];
      if (condition.kind != next.kind || condition.attribute != next.attribute) continue;
      if (!asks_same(condition, next) && !(all ? join_bounds(condition, next) : join_alternatives(condition, next))) continue;
      condition.leaves.insert(condition.leaves.end(), next.leaves.begin(), next.leaves.end());
      result_.conditions.pop_back();
      result_.nodes.pop_back();
      return true;
    }
    return false;
  }

  static bool asks_same(const Condition& a, const Condition& b) {
    return a.negated == b.negated && a.ranges == b.ranges && a.words == b.words && a.text == b.text;
  }

  /// `x >= 1 && x <= 5`: nobody fails both.
  bool join_bounds(Condition& a, const Condition& b) const {
    if (a.kind != ConditionKind::keys || a.ranges.size() != 1 || b.ranges.size() != 1) return false;
    const KeyRange whole = keys_of(result_.rule.language().dictionary()[a.attribute].type.scalar);
    const auto below = [&](const KeyRange& r) { return r.least > whole.least && r.greatest == whole.greatest; };
    const auto above = [&](const KeyRange& r) { return r.least == whole.least && r.greatest < whole.greatest; };
    const KeyRange &first = a.ranges[0], &second = b.ranges[0];
    const bool opposite = (below(first) && above(second)) || (above(first) && below(second));
    const KeyRange both{std::max(first.least, second.least), std::min(first.greatest, second.greatest)};
    if (!opposite || both.empty()) return false;
    a.ranges = {both};
    return true;
  }

  static bool join_alternatives(Condition& a, const Condition& b) {
    if (a.kind == ConditionKind::keys) {
      a.ranges = united(a.ranges, b.ranges);
      return true;
    }
    if (a.kind != ConditionKind::words || a.negated || b.negated) return false;
    const auto evaluated = [](const WordTest& word) { return word.kind == WordTest::Kind::expression; };
    // A condition holds the node of one expression only.
    if (std::ranges::any_of(a.words, evaluated) || std::ranges::any_of(b.words, evaluated)) return false;
    a.words.insert(a.words.end(), b.words.begin(), b.words.end());
    sort_words(a.words);
    return true;
  }

  LoweredRule result_;
  const Ast& ast_;
  LeafLowering leaves_;
  std::uint32_t next_leaf_ = 0;
};

}  // namespace

LoweredRule lower(Rule rule) { return Lowering(std::move(rule)).run(); }

}  // namespace zhida::matching::engine
