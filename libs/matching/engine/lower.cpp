#include "cel/print.hpp"
#include "matching/date.hpp"
#include "matching/engine/condition.hpp"
#include "matching/engine/ranges.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace zhida::matching::engine {
namespace {

using cel::Ast;
using cel::Binding;
using cel::Kind;
using cel::NodeId;
using cel::NodeKind;
using cel::Value;

/// What a subtree reads.
struct Reads {
  std::vector<std::uint32_t> slots;  ///< one entry for each place where a slot is read
  bool instant = false;
};

void collect(const Ast& ast, NodeId id, Reads& reads) {
  const cel::Node& node = ast[id];
  if (node.binding == Binding::slot) reads.slots.push_back(node.slot);
  if (node.binding == Binding::instant) reads.instant = true;
  for (const NodeId child : ast.children(id)) collect(ast, child, reads);
}

Reads reads_of(const Ast& ast, NodeId id) {
  Reads reads;
  collect(ast, id, reads);
  return reads;
}

/// Whether the subtree gives a value, never an error, when everything it reads is known.
bool is_total(const Ast& ast, NodeId id) {
  const cel::Node& node = ast[id];
  const auto children = ast.children(id);
  switch (node.kind) {
    case NodeKind::add:
    case NodeKind::subtract:
    case NodeKind::multiply:
    case NodeKind::divide:
    case NodeKind::remainder:
    case NodeKind::negate:
    case NodeKind::index:
    case NodeKind::map:
    case NodeKind::filter:
      return false;
    case NodeKind::call:
      // A literal pattern was compiled by the checker.
      if (!node.overload->total && !(node.name == "matches" && ast[children.back()].kind == NodeKind::literal)) return false;
      break;
    default:
      break;
  }
  return std::ranges::all_of(children, [&](NodeId child) { return is_total(ast, child); });
}

bool is_comparison(NodeKind kind) { return kind >= NodeKind::equal && kind <= NodeKind::greater_equal; }
bool is_order(NodeKind kind) { return kind >= NodeKind::less && kind <= NodeKind::greater_equal; }

NodeKind mirrored(NodeKind kind) {
  switch (kind) {
    case NodeKind::less:
      return NodeKind::greater;
    case NodeKind::less_equal:
      return NodeKind::greater_equal;
    case NodeKind::greater:
      return NodeKind::less;
    case NodeKind::greater_equal:
      return NodeKind::less_equal;
    default:
      return kind;
  }
}

/// The greatest key whose value is not above a constant, and whether the two are equal. Constants of timestamps need not be midnight.
struct Place {
  Key floor;
  bool exact;
};

std::optional<Place> place_of(const Value& constant) {
  if (const auto key = key_of(constant)) return Place{*key, true};
  if (constant.kind() != Kind::timestamp) return std::nullopt;
  return Place{day_of(constant).time_since_epoch().count(), false};
}

/// The keys k for which `k <op> constant` holds.
Ranges keys_for(NodeKind op, const Value& constant, KeyRange whole) {
  const auto place = place_of(constant);
  if (!place) return op == NodeKind::not_equal ? Ranges{whole} : Ranges{};  // NaN differs from everything and has no order
  const auto [floor, exact] = *place;
  const auto from = [&](Key least) { return clipped({{least, greatest_key}}, whole); };
  const auto upto = [&](Key greatest) { return clipped({{least_key, greatest}}, whole); };
  const Ranges equal = exact ? clipped({{floor, floor}}, whole) : Ranges{};
  switch (op) {
    case NodeKind::equal:
      return equal;
    case NodeKind::not_equal:
      return complement(equal, whole);
    case NodeKind::less:
      return exact ? (floor == least_key ? Ranges{} : upto(floor - 1)) : upto(floor);
    case NodeKind::less_equal:
      return upto(floor);
    case NodeKind::greater:
      return floor == greatest_key ? Ranges{} : from(floor + 1);
    default:
      return exact ? from(floor) : from(floor + 1);
  }
}

class Lowering {
 public:
  explicit Lowering(Rule rule) : result_{std::move(rule), {}, {}, false}, ast_(result_.rule.program().ast()) {}

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
    result_.evaluates = std::ranges::any_of(result_.conditions, [](const Condition& condition) {
      return condition.kind == ConditionKind::dated || condition.kind == ConditionKind::computed ||
             std::ranges::any_of(condition.words, [](const WordTest& word) { return word.kind == WordTest::Kind::expression; });
    });
    return std::move(result_);
  }

 private:
  std::uint32_t node(NodeId id) {
    const NodeKind kind = ast_[id].kind;
    if (kind != NodeKind::logical_and && kind != NodeKind::logical_or) {
      if (const auto number = result_.rule.manual_at(id)) return add_leaf(manual(*number));
      Condition condition = leaf(id);
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
    const KeyRange whole = whole_of(a.attribute);
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

  static void sort_words(std::vector<WordTest>& words) {
    std::ranges::sort(words);
    words.erase(std::unique(words.begin(), words.end()), words.end());
  }

  const Attribute& attribute(std::uint32_t slot) const { return result_.rule.language().dictionary()[slot]; }
  KeyRange whole_of(std::uint32_t slot) const { return keys_of(attribute(slot).type.scalar); }
  bool is_slot(NodeId id) const { return ast_[id].binding == Binding::slot; }
  bool is_keyed(std::uint32_t slot) const { return has_key(attribute(slot).type); }
  bool has_words(std::uint32_t slot) const { return attribute(slot).type == cel::string_type || is_list(slot); }
  bool is_list(std::uint32_t slot) const { return attribute(slot).type == cel::string_list_type; }

  /// The value of a subtree that reads nothing; missing when there is none.
  Value constant(NodeId id) {
    const Reads reads = reads_of(ast_, id);
    if (!reads.slots.empty() || reads.instant) return {};
    const Value value = result_.rule.program().evaluate_at(id, {}, {}, arena_);
    return value.is_known() ? value : Value();
  }

  Condition leaf(NodeId id) {
    bool negated = false;
    while (ast_[id].kind == NodeKind::logical_not) {
      id = ast_.children(id)[0];
      negated = !negated;
    }
    const auto children = ast_.children(id);
    const NodeKind kind = ast_[id].kind;
    std::optional<Condition> found;
    if (kind == NodeKind::literal) {
      found.emplace();
      found->negated = !ast_[id].value.as_boolean();
    } else if (kind == NodeKind::has) {
      found.emplace();
      found->kind = ConditionKind::known;
      found->attribute = ast_[children[0]].slot;
    } else if (is_slot(id)) {
      found = keys(ast_[id].slot, {{1, 1}});
    } else if (is_comparison(kind)) {
      found = comparison(kind, children[0], children[1]);
      if (!found) found = comparison(mirrored(kind), children[1], children[0]);
    } else if (kind == NodeKind::in) {
      found = membership(children[0], children[1]);
    } else if (kind == NodeKind::exists || kind == NodeKind::all) {
      found = over_elements(id);
    } else if (kind == NodeKind::call && ast_[id].name == "startsWith" && is_slot(children[0])) {
      if (const Value prefix = constant(children[1]); prefix.kind() == Kind::string)
        found = words(ast_[children[0]].slot, {{WordTest::Kind::prefix, std::string(prefix.as_string())}});
    }
    if (!found) found = dated(id);
    if (!found) found = word_expression(id);
    if (!found) found = computed(id);
    if (negated) negate(*found);
    return std::move(*found);
  }

  void negate(Condition& condition) const {
    if (condition.kind == ConditionKind::keys) {
      condition.ranges = complement(condition.ranges, whole_of(condition.attribute));
    } else {
      condition.negated = !condition.negated;
    }
  }

  Condition keys(std::uint32_t slot, Ranges ranges) const {
    Condition condition;
    condition.kind = ConditionKind::keys;
    condition.attribute = slot;
    condition.ranges = std::move(ranges);
    return condition;
  }

  Condition words(std::uint32_t slot, std::vector<WordTest> tests) const {
    Condition condition;
    condition.kind = ConditionKind::words;
    condition.attribute = slot;
    condition.words = std::move(tests);
    sort_words(condition.words);
    return condition;
  }

  std::optional<Condition> comparison(NodeKind op, NodeId left, NodeId right) {
    if (!is_slot(left)) return std::nullopt;
    const std::uint32_t slot = ast_[left].slot;
    const Value limit = constant(right);
    if (!limit.is_known()) return std::nullopt;
    if (is_keyed(slot)) return keys(slot, keys_for(op, limit, whole_of(slot)));
    if (limit.kind() != Kind::string || is_order(op)) return std::nullopt;
    Condition condition = words(slot, {{WordTest::Kind::literal, std::string(limit.as_string())}});
    condition.negated = op == NodeKind::not_equal;
    return condition;
  }

  /// The literal words of a constant list of text.
  std::optional<std::vector<WordTest>> literal_words(NodeId list) {
    const Value value = constant(list);
    if (value.kind() != Kind::list) return std::nullopt;
    std::vector<WordTest> tests;
    for (const Value& element : value.as_list()) {
      if (element.kind() != Kind::string) return std::nullopt;
      tests.push_back({WordTest::Kind::literal, std::string(element.as_string())});
    }
    return tests;
  }

  std::optional<Condition> membership(NodeId element, NodeId list) {
    if (is_slot(list) && is_list(ast_[list].slot)) {
      const Value word = constant(element);
      if (word.kind() != Kind::string) return std::nullopt;
      return words(ast_[list].slot, {{WordTest::Kind::literal, std::string(word.as_string())}});
    }
    if (!is_slot(element)) return std::nullopt;
    const std::uint32_t slot = ast_[element].slot;
    const Value value = constant(list);
    if (value.kind() != Kind::list) return std::nullopt;
    if (is_keyed(slot)) {
      Ranges ranges;
      for (const Value& each : value.as_list()) ranges = united(std::move(ranges), keys_for(NodeKind::equal, each, whole_of(slot)));
      return keys(slot, std::move(ranges));
    }
    if (auto tests = literal_words(list); tests && !is_list(slot)) return words(slot, std::move(*tests));
    return std::nullopt;
  }

  bool is_local(NodeId id, const cel::Node& macro) const { return ast_[id].binding == Binding::local && ast_[id].slot == macro.slot; }

  /// `["a", "b"].all(t, t in p.tags)` and the like, and `p.tags.exists(t, …)`.
  std::optional<Condition> over_elements(NodeId id) {
    const cel::Node& macro = ast_[id];
    const auto children = ast_.children(id);
    const cel::Node& body = ast_[children[1]];
    const bool all = macro.kind == NodeKind::all;
    if (body.kind == NodeKind::in) {
      const auto sides = ast_.children(children[1]);
      const bool listed = is_local(sides[0], macro) && is_slot(sides[1]) && is_list(ast_[sides[1]].slot);
      if (auto tests = listed ? literal_words(children[0]) : std::nullopt) {
        Condition condition = words(ast_[sides[1]].slot, std::move(*tests));
        if (all) condition.kind = ConditionKind::all_words;
        return condition;
      }
      if (!all && is_slot(children[0]) && is_local(sides[0], macro))
        if (auto tests = literal_words(sides[1])) return words(ast_[children[0]].slot, std::move(*tests));
    }
    return std::nullopt;
  }

  /// A total condition over one text attribute is decided once for each word; so is a macro over one list, by its elements.
  std::optional<Condition> word_expression(NodeId id) {
    const Reads reads = reads_of(ast_, id);
    if (reads.instant || reads.slots.empty() || !is_total(ast_, id)) return std::nullopt;
    const std::uint32_t slot = reads.slots[0];
    if (!std::ranges::all_of(reads.slots, [&](std::uint32_t each) { return each == slot; }) || !has_words(slot)) return std::nullopt;
    if (reads_presence(id)) return std::nullopt;
    const NodeKind kind = ast_[id].kind;
    const bool macro = kind == NodeKind::exists || kind == NodeKind::all;
    if (is_list(slot) && !(macro && is_slot(ast_.children(id)[0]) && reads.slots.size() == 1)) return std::nullopt;
    Condition condition = words(slot, {});
    condition.node = id;
    condition.text = cel::print(ast_, id);
    condition.words = {{WordTest::Kind::expression, condition.text}};
    // All elements satisfy the body where none is a word for which the macro over that word alone is false.
    condition.negated = kind == NodeKind::all;
    return condition;
  }

  bool reads_presence(NodeId id) const {
    if (ast_[id].kind == NodeKind::has) return true;
    return std::ranges::any_of(ast_.children(id), [&](NodeId child) { return reads_presence(child); });
  }

  /// A comparison by order of two total sides that together read one keyed attribute once, in which the attribute's side is the
  /// attribute itself or a function that rises or falls with it.
  std::optional<Condition> dated(NodeId id) {
    if (!is_order(ast_[id].kind) || !is_total(ast_, id)) return std::nullopt;
    const Reads reads = reads_of(ast_, id);
    if (reads.slots.size() != 1 || !is_keyed(reads.slots[0]) || reads_presence(id)) return std::nullopt;
    for (const NodeId side : ast_.children(id)) {
      if (reads_of(ast_, side).slots.empty()) continue;
      if (!is_slot(side) && !rises_or_falls(side)) return std::nullopt;
    }
    Condition condition;
    condition.kind = ConditionKind::dated;
    condition.attribute = reads.slots[0];
    condition.node = id;
    condition.text = cel::print(ast_, id);
    return condition;
  }

  bool rises_or_falls(NodeId id) const {
    const cel::Node& call = ast_[id];
    if (call.kind != NodeKind::call || call.overload->trends.empty()) return false;
    const auto arguments = ast_.children(id);
    for (std::size_t i = 0; i < arguments.size(); ++i)
      if (is_slot(arguments[i])) return i < call.overload->trends.size() && call.overload->trends[i] != cel::Trend::none;
    return false;
  }

  Condition computed(NodeId id) const {
    Condition condition;
    condition.kind = ConditionKind::computed;
    condition.node = id;
    condition.text = cel::print(ast_, id);
    return condition;
  }

  LoweredRule result_;
  const Ast& ast_;
  cel::Arena arena_{std::size_t{1} << 24};
  std::uint32_t next_leaf_ = 0;
};

/// Slots in which only the condition's attribute is set.
class LoneSlot {
 public:
  explicit LoneSlot(std::uint32_t slot) : slots_(slot + 1), slot_(slot) {}
  std::span<const Value> with(Value value) {
    slots_[slot_] = value;
    return slots_;
  }

 private:
  std::vector<Value> slots_;
  std::uint32_t slot_;
};

}  // namespace

LoweredRule lower(Rule rule) { return Lowering(std::move(rule)).run(); }

KeyRange range_at(const Rule& rule, const Condition& condition, Value asof) {
  const Kind kind = rule.language().dictionary()[condition.attribute].type.scalar;
  LoneSlot slots(condition.attribute);
  cel::Arena arena;
  const auto holds = [&](Key key) {
    arena.reset();
    return rule.program().evaluate_at(condition.node, slots.with(value_of(key, kind)), asof, arena).is_true() != condition.negated;
  };
  auto [low, high] = keys_of(kind);
  const bool at_low = holds(low);
  if (at_low == holds(high)) return at_low ? keys_of(kind) : KeyRange{1, 0};
  // The condition changes once between low and high.
  while (static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low) > 1) {
    const Key middle = low + static_cast<Key>((static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low)) / 2);
    (holds(middle) == at_low ? low : high) = middle;
  }
  return at_low ? KeyRange{keys_of(kind).least, low} : KeyRange{high, keys_of(kind).greatest};
}

bool accepts(const Rule& rule, const Condition& condition, std::string_view word) {
  const bool listed = rule.language().dictionary()[condition.attribute].type.is_list();
  LoneSlot slots(condition.attribute);
  cel::Arena arena;
  const Value text = Value::string(word);
  const Value value = listed ? Value::list(std::span(&text, 1)) : text;
  const bool holds = rule.program().evaluate_at(condition.node, slots.with(value), Value::missing(), arena).is_true();
  // Of `all` the refused words count: see the lowering.
  return rule.program().ast()[condition.node].kind == NodeKind::all ? !holds : holds;
}

}  // namespace zhida::matching::engine
