#include "matching/explain.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace zhida::matching {
namespace {

using cel::NodeId;
using cel::NodeKind;
using cel::Value;

/// How far a subtree is from holding: false leaves that must flip, then unknown ones.
struct Distance {
  std::uint32_t false_leaves = 0;
  std::uint32_t unknown_leaves = 0;
  auto operator<=>(const Distance&) const = default;
};

State state_of(const Value& value) {
  if (value.is_true()) return State::holds;
  return value.is_false() ? State::fails : State::unknown;
}

/// Renders what the profile has for one leaf.
std::string value_text(const Rule& rule, const Leaf& leaf, std::span<const Value> slots, Value asof, cel::Arena& arena) {
  const Dictionary& dictionary = rule.language().dictionary();
  const auto slot = [&](std::uint32_t number) { return number < slots.size() ? slots[number] : Value::missing(); };
  if (leaf.operand) {
    const Value computed = rule.program().evaluate_at(*leaf.operand, slots, asof, arena);
    static const Attribute plain{};
    return render_zh(plain, computed);
  }
  if (leaf.slots.size() == 1) return render_zh(dictionary[leaf.slots[0]], slot(leaf.slots[0]));
  std::string text;
  for (const std::uint32_t number : leaf.slots) {
    const std::string one = render_zh(dictionary[number], slot(number));
    text += (text.empty() ? "" : "；") + dictionary[number].label_zh + " " + (one.empty() ? "?" : one);
  }
  return text;
}

class Explainer {
 public:
  Explainer(const Rule& rule, std::span<const Value> slots, std::span<const Determination> determinations, Value asof, cel::Arena& arena)
      : rule_(rule), ast_(rule.program().ast()), slots_(slots), determinations_(determinations), asof_(asof), arena_(arena) {}

  Explanation run() {
    for (std::uint32_t i = 0; i < rule_.leaves().size(); ++i) result_.leaves.push_back(explain_leaf(rule_.leaves()[i]));
    bool joined = false;
    for (std::size_t i = 0; i < rule_.manual().size(); ++i) joined = joined || !rule_.names_manual(i);
    if (joined) result_.nodes.emplace_back();
    const std::uint32_t facts = node(ast_.root());
    if (joined) join_manual(facts);
    if (rule_.names_manual()) {
      settle_named();
    } else {
      settle(facts);
    }
    return std::move(result_);
  }

 private:
  ExplainedLeaf explain_leaf(const Leaf& leaf) {
    ExplainedLeaf explained;
    explained.leaf = &leaf;
    const Value value = rule_.program().evaluate_at(leaf.node, slots_, asof_, arena_);
    explained.state = state_of(value);
    if (value.is_error()) explained.error = value.fault();
    explained.value = value_text(rule_, leaf, slots_, asof_, arena_);
    return explained;
  }

  /// Leaves come in the same order in which the tree is walked.
  std::uint32_t node(NodeId id) {
    const auto number = static_cast<std::uint32_t>(result_.nodes.size());
    result_.nodes.emplace_back();
    const NodeKind kind = ast_[id].kind;
    if (kind != NodeKind::logical_and && kind != NodeKind::logical_or) {
      if (const auto manual = rule_.manual_at(id)) {
        result_.nodes[number] = manual_node(*manual);
        return number;
      }
      ExplainedNode& leaf = result_.nodes[number];
      leaf.kind = ExplainedNode::Kind::leaf;
      leaf.index = next_leaf_++;
      leaf.state = result_.leaves[leaf.index].state;
      return number;
    }
    const bool conjunction = kind == NodeKind::logical_and;
    std::vector<std::uint32_t> children;
    for (const NodeId child : ast_.children(id)) children.push_back(node(child));
    result_.nodes[number].kind = conjunction ? ExplainedNode::Kind::all : ExplainedNode::Kind::any;
    result_.nodes[number].state = joined_state(children, conjunction);
    result_.nodes[number].children = std::move(children);
    return number;
  }

  State joined_state(const std::vector<std::uint32_t>& children, bool conjunction) const {
    const State deciding = conjunction ? State::fails : State::holds;
    State state = conjunction ? State::holds : State::fails;
    for (const std::uint32_t child : children) {
      const State next = result_.nodes[child].state;
      if (next == deciding) return deciding;
      if (next == State::unknown) state = State::unknown;
    }
    return state;
  }

  ExplainedNode manual_node(std::uint32_t number) {
    const std::string& name = rule_.manual()[number].name;
    const auto found = std::ranges::find(determinations_, name, &Determination::name);
    ExplainedNode manual;
    manual.kind = ExplainedNode::Kind::manual;
    manual.index = number;
    if (found == determinations_.end()) {
      if (std::ranges::find(result_.manual, name) == result_.manual.end()) result_.manual.push_back(name);
    } else {
      manual.state = found->value ? State::holds : State::fails;
    }
    return manual;
  }

  void join_manual(std::uint32_t facts) {
    std::vector<std::uint32_t> children{facts};
    for (std::uint32_t i = 0; i < rule_.manual().size(); ++i) {
      if (rule_.names_manual(i)) continue;
      ExplainedNode manual = manual_node(i);
      if (manual.state == State::fails) result_.failing_manual.push_back(rule_.manual()[i].name);
      children.push_back(static_cast<std::uint32_t>(result_.nodes.size()));
      result_.nodes.push_back(std::move(manual));
    }
    result_.nodes[0].kind = ExplainedNode::Kind::all;
    result_.nodes[0].state = joined_state(children, true);
    result_.nodes[0].children = std::move(children);
  }

  void settle(std::uint32_t facts) {
    const State state = result_.nodes[facts].state;
    if (state == State::fails || !result_.failing_manual.empty()) {
      result_.verdict = Verdict::ineligible;
      if (state == State::fails) collect_failing(facts);
      drop_needless(facts);
      const std::size_t conditions = result_.failing.size() + result_.failing_manual.size();
      result_.one_short = conditions == 1 && holds_with(facts, result_.failing);
      if (!result_.one_short && result_.failing_manual.empty()) find_one_short(facts);
    } else if (state == State::unknown) {
      result_.verdict = Verdict::unknown;
      collect_missing(facts);
    } else {
      result_.verdict = result_.manual.empty() ? Verdict::eligible : Verdict::manual;
    }
  }

  /// The same for a rule whose text says where manual conditions stand.
  void settle_named() {
    const State state = result_.nodes[0].state, favourable = assumed(0);
    if (state == State::fails) {
      result_.verdict = Verdict::ineligible;
      result_.failing_manual.clear();
      collect_failing(0);
      const std::size_t conditions = result_.failing.size() + result_.failing_manual.size();
      result_.one_short = conditions == 1 && assumed(0, result_.failing, result_.failing_manual) == State::holds;
    } else if (favourable == State::holds) {
      result_.verdict = state == State::holds ? Verdict::eligible : Verdict::manual;
    } else {
      result_.verdict = Verdict::unknown;
      collect_missing(0);
    }
  }

  /// The state if open determinations were favourable, the given leaves held and the given manual conditions were met.
  State assumed(std::uint32_t number, const std::vector<std::uint32_t>& leaves = {},
                const std::vector<std::string_view>& manual = {}) const {
    const ExplainedNode& node = result_.nodes[number];
    switch (node.kind) {
      case ExplainedNode::Kind::leaf:
        return std::ranges::find(leaves, result_.leaves[node.index].leaf->same_as) != leaves.end() ? State::holds : node.state;
      case ExplainedNode::Kind::manual: {
        const bool met = std::ranges::find(manual, rule_.manual()[node.index].name) != manual.end();
        return met || node.state == State::unknown ? State::holds : node.state;
      }
      default:
        break;
    }
    const bool conjunction = node.kind == ExplainedNode::Kind::all;
    const State deciding = conjunction ? State::fails : State::holds;
    State state = conjunction ? State::holds : State::fails;
    for (const std::uint32_t child : node.children) {
      const State next = assumed(child, leaves, manual);
      if (next == deciding) return deciding;
      if (next == State::unknown) state = State::unknown;
    }
    return state;
  }

  Distance distance(std::uint32_t number) const {
    const ExplainedNode& node = result_.nodes[number];
    if (node.state == State::holds) return {};
    if (node.kind == ExplainedNode::Kind::manual) return {node.state == State::fails ? 1U : 0U, 0};
    if (node.kind == ExplainedNode::Kind::leaf) return node.state == State::fails ? Distance{1, 0} : Distance{0, 1};
    if (node.kind == ExplainedNode::Kind::any) return distance(nearest_branch(node));
    Distance sum;
    for (const std::uint32_t child : node.children) {
      const Distance next = distance(child);
      sum.false_leaves += next.false_leaves;
      sum.unknown_leaves += next.unknown_leaves;
    }
    return sum;
  }

  std::uint32_t nearest_branch(const ExplainedNode& any) const {
    std::uint32_t best = any.children[0];
    Distance least = distance(best);
    for (const std::uint32_t child : any.children) {
      const Distance next = distance(child);
      if (next < least) {
        least = next;
        best = child;
      }
    }
    return best;
  }

  /// Of a conjunction every false part, of a disjunction the part that is nearest to holding.
  void collect_failing(std::uint32_t number) {
    const ExplainedNode& node = result_.nodes[number];
    if (node.state != State::fails) return;
    switch (node.kind) {
      case ExplainedNode::Kind::leaf: {
        const std::uint32_t leaf = result_.leaves[node.index].leaf->same_as;
        if (std::ranges::find(result_.failing, leaf) == result_.failing.end()) result_.failing.push_back(leaf);
        return;
      }
      case ExplainedNode::Kind::manual: {
        const std::string_view name = rule_.manual()[node.index].name;
        if (std::ranges::find(result_.failing_manual, name) == result_.failing_manual.end()) result_.failing_manual.push_back(name);
        return;
      }
      case ExplainedNode::Kind::all:
        for (const std::uint32_t child : node.children) collect_failing(child);
        return;
      default:
        collect_failing(nearest_branch(node));
    }
  }

  bool has_repeated_leaves() const {
    for (std::uint32_t i = 0; i < rule_.leaves().size(); ++i)
      if (rule_.leaves()[i].same_as != i) return true;
    return false;
  }

  /// Where a leaf stands at several places, flipping it once may do for all of them.
  void drop_needless(std::uint32_t facts) {
    if (!has_repeated_leaves()) return;
    for (std::size_t i = 0; i < result_.failing.size();) {
      std::vector<std::uint32_t> fewer = result_.failing;
      fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
      if (!fewer.empty() && state_with(facts, fewer) != State::fails) {
        result_.failing = std::move(fewer);
      } else {
        ++i;
      }
    }
  }

  void find_one_short(std::uint32_t facts) {
    if (!has_repeated_leaves()) return;
    for (std::uint32_t i = 0; i < result_.leaves.size(); ++i) {
      if (rule_.leaves()[i].same_as != i || result_.leaves[i].state != State::fails) continue;
      if (!holds_with(facts, {i})) continue;
      result_.failing = {i};
      result_.one_short = true;
      return;
    }
  }

  bool holds_with(std::uint32_t facts, const std::vector<std::uint32_t>& flipped) const {
    return state_with(facts, flipped) == State::holds;
  }

  /// The state if the given leaves held, wherever they stand.
  State state_with(std::uint32_t number, const std::vector<std::uint32_t>& flipped) const {
    const ExplainedNode& node = result_.nodes[number];
    if (node.kind == ExplainedNode::Kind::leaf) {
      const std::uint32_t leaf = result_.leaves[node.index].leaf->same_as;
      return std::ranges::find(flipped, leaf) != flipped.end() ? State::holds : node.state;
    }
    const bool conjunction = node.kind == ExplainedNode::Kind::all;
    const State deciding = conjunction ? State::fails : State::holds;
    State state = conjunction ? State::holds : State::fails;
    for (const std::uint32_t child : node.children) {
      const State next = state_with(child, flipped);
      if (next == deciding) return deciding;
      if (next == State::unknown) state = State::unknown;
    }
    return state;
  }

  /// Below an unknown node only unknown children can still decide.
  void collect_missing(std::uint32_t number) {
    const ExplainedNode& node = result_.nodes[number];
    if (node.state != State::unknown || assumed(number) == State::holds) return;
    for (const std::uint32_t child : node.children) collect_missing(child);
    if (node.kind != ExplainedNode::Kind::leaf) return;
    for (const std::uint32_t slot : result_.leaves[node.index].leaf->slots) {
      const bool missing = slot >= slots_.size() || slots_[slot].is_missing();
      if (missing && std::ranges::find(result_.missing, slot) == result_.missing.end()) result_.missing.push_back(slot);
    }
  }

  const Rule& rule_;
  const cel::Ast& ast_;
  std::span<const Value> slots_;
  std::span<const Determination> determinations_;
  Value asof_;
  cel::Arena& arena_;
  Explanation result_;
  std::uint32_t next_leaf_ = 0;
};

}  // namespace

std::string_view to_string(State state) {
  constexpr std::array<std::string_view, 3> names{"true", "false", "unknown"};
  return names[static_cast<std::size_t>(state)];
}

Explanation explain(const Rule& rule, std::span<const Value> slots, std::span<const Determination> determinations, Value asof,
                    cel::Arena& arena) {
  return Explainer(rule, slots, determinations, asof, arena).run();
}

}  // namespace zhida::matching
