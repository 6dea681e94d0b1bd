#include "matching/engine/condition.hpp"

namespace zhida::matching::engine {
namespace {

using cel::Kind;
using cel::NodeKind;
using cel::Value;

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
