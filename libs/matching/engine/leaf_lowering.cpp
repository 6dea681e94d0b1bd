#include "matching/engine/leaf_lowering.hpp"

#include "cel/print.hpp"
#include "matching/date.hpp"
#include "matching/engine/ranges.hpp"

#include <algorithm>

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

}  // namespace

void sort_words(std::vector<WordTest>& words) {
  std::ranges::sort(words);
  words.erase(std::unique(words.begin(), words.end()), words.end());
}

Value LeafLowering::constant(NodeId id) {
  const Reads reads = reads_of(ast_, id);
  if (!reads.slots.empty() || reads.instant) return {};
  const Value value = rule_.program().evaluate_at(id, {}, {}, arena_);
  return value.is_known() ? value : Value();
}

Condition LeafLowering::lower(NodeId id) {
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

void LeafLowering::negate(Condition& condition) const {
  if (condition.kind == ConditionKind::keys) {
    condition.ranges = complement(condition.ranges, whole_of(condition.attribute));
  } else {
    condition.negated = !condition.negated;
  }
}

Condition LeafLowering::keys(std::uint32_t slot, Ranges ranges) const {
  Condition condition;
  condition.kind = ConditionKind::keys;
  condition.attribute = slot;
  condition.ranges = std::move(ranges);
  return condition;
}

Condition LeafLowering::words(std::uint32_t slot, std::vector<WordTest> tests) const {
  Condition condition;
  condition.kind = ConditionKind::words;
  condition.attribute = slot;
  condition.words = std::move(tests);
  sort_words(condition.words);
  return condition;
}

std::optional<Condition> LeafLowering::comparison(NodeKind op, NodeId left, NodeId right) {
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

std::optional<std::vector<WordTest>> LeafLowering::literal_words(NodeId list) {
  const Value value = constant(list);
  if (value.kind() != Kind::list) return std::nullopt;
  std::vector<WordTest> tests;
  for (const Value& element : value.as_list()) {
    if (element.kind() != Kind::string) return std::nullopt;
    tests.push_back({WordTest::Kind::literal, std::string(element.as_string())});
  }
  return tests;
}

std::optional<Condition> LeafLowering::membership(NodeId element, NodeId list) {
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

std::optional<Condition> LeafLowering::over_elements(NodeId id) {
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

std::optional<Condition> LeafLowering::word_expression(NodeId id) const {
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

bool LeafLowering::reads_presence(NodeId id) const {
  if (ast_[id].kind == NodeKind::has) return true;
  return std::ranges::any_of(ast_.children(id), [&](NodeId child) { return reads_presence(child); });
}

std::optional<Condition> LeafLowering::dated(NodeId id) const {
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

bool LeafLowering::rises_or_falls(NodeId id) const {
  const cel::Node& call = ast_[id];
  if (call.kind != NodeKind::call || call.overload->trends.empty()) return false;
  const auto arguments = ast_.children(id);
  for (std::size_t i = 0; i < arguments.size(); ++i)
    if (is_slot(arguments[i])) return i < call.overload->trends.size() && call.overload->trends[i] != cel::Trend::none;
  return false;
}

Condition LeafLowering::computed(NodeId id) const {
  Condition condition;
  condition.kind = ConditionKind::computed;
  condition.node = id;
  condition.text = cel::print(ast_, id);
  return condition;
}

}  // namespace zhida::matching::engine
