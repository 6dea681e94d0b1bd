#include "cel/builtins.hpp"
#include "cel/code.hpp"
#include "cel/limits.hpp"
#include "cel/operations.hpp"
#include "cel/regexp.hpp"
#include "cel/time.hpp"

#include <algorithm>
#include <array>

namespace zhida::cel {
namespace {

class Evaluator {
 public:
  Evaluator(const Code& code, std::span<const Value> slots, Value instant, Arena& arena)
      : code_(code), instructions_(code.instructions.data()), slots_(slots), instant_(instant), arena_(arena) {}

  Value run(std::uint32_t number) {
    const Instruction& in = instructions_[number];
    switch (in.op) {
      case Op::constant:
        return in.constant;
      case Op::slot:
        return slot(in.first);
      case Op::instant:
        return instant_;
      case Op::local:
        return locals_[in.first];
      case Op::has:
        return Value::boolean(!slot(in.first).is_missing());
      case Op::logical_not: {
        const Value value = run(in.first);
        return value.is_known() ? Value::boolean(!value.as_boolean()) : value;
      }
      case Op::logical_and:
        return logical(in, false);
      case Op::logical_or:
        return logical(in, true);
      case Op::conditional: {
        const std::uint32_t* const operands = code_.operands.data() + in.first;
        const Value condition = run(operands[0]);
        if (!condition.is_known()) return condition;
        return run(operands[condition.as_boolean() ? 1 : 2]);
      }
      case Op::compare_slot: {
        const Value value = slot(in.first);
        return value.is_known() ? Value::boolean(passes(in.test, value, in.constant)) : value;
      }
      case Op::slot_in_set:
        return in_set(slot(in.first), in.constant.as_list());
      case Op::in_set:
        return in_set(run(in.first), in.constant.as_list());
      case Op::slot_meets_set:
        return meets(slot(in.first), in.constant.as_list());
      case Op::call:
        return call(in);
      case Op::matches: {
        const Value value = run(in.first);
        if (!value.is_known()) return value;
        if (!spend(size_of(value))) return Value::error(Fault::too_much_work, in.offset);
        return Value::boolean(matches(*code_.patterns[in.second], value.as_string()));
      }
      case Op::list:
        return list(in);
      case Op::negate: {
        const Value value = run(in.first);
        if (!value.is_known()) return value;
        if (value.kind() == Kind::real) return Value::real(-value.as_real());
        return at(in, arithmetic(Op::subtract, 0, value.as_integer()));
      }
      case Op::all:
      case Op::exists:
        return quantifier(in);
      case Op::exists_one:
        return exactly_one(in);
      case Op::filter:
      case Op::map:
        return collect(in);
      default:
        return binary(in);
    }
  }

 private:
  Value slot(std::uint32_t number) const { return number < slots_.size() ? slots_[number] : Value::missing(); }

  /// Gives an error the place of the instruction that made it.
  static Value at(const Instruction& in, const Value& value) { return value.is_error() ? Value::error(value.fault(), in.offset) : value; }

  /// Kleene's logic: the deciding operand wins, else a missing value, else an error.
  Value logical(const Instruction& in, bool deciding) {
    Value result = Value::boolean(!deciding);
    const std::uint32_t* const operands = code_.operands.data() + in.first;
    for (std::uint16_t i = 0; i < in.count; ++i)
      if (fold(result, run(operands[i]), deciding)) break;
    return result;
  }

  /// Joins `next` into `result`; true when that decides.
  static bool fold(Value& result, const Value& next, bool deciding) {
    if (next.is_known()) {
      if (next.as_boolean() != deciding) return false;
      result = next;
      return true;
    }
    if (next.is_missing() || !result.is_missing()) {
      if (!result.is_error() || next.is_missing()) result = next;
    }
    return false;
  }

  static Value in_set(const Value& value, std::span<const Value> set) {
    return value.is_known() ? Value::boolean(contains(set, value)) : value;
  }

  static Value meets(const Value& list, std::span<const Value> set) {
    if (!list.is_known()) return list;
    return Value::boolean(std::ranges::any_of(list.as_list(), [&](const Value& element) { return contains(set, element); }));
  }

  Value call(const Instruction& in) {
    constexpr std::size_t most_on_stack = 4;
    std::array<Value, most_on_stack> on_stack;
    Value* arguments = on_stack.data();
    if (in.count > most_on_stack) {
      arguments = static_cast<Value*>(arena_.allocate(in.count * sizeof(Value)));
      if (!arguments) return Value::error(Fault::too_much_memory, in.offset);
    }
    Strict strict;
    const std::uint32_t* const operands = code_.operands.data() + in.first;
    for (std::uint16_t i = 0; i < in.count; ++i) {
      arguments[i] = run(operands[i]);
      strict.see(arguments[i]);
    }
    if (!strict.clean()) return strict.worst();
    for (std::uint16_t i = 0; i < in.count; ++i)
      if (!spend(size_of(arguments[i]))) return Value::error(Fault::too_much_work, in.offset);
    const Overload& overload = *code_.calls[in.second];
    return at(in, overload.call({arguments, in.count}, overload.state.get(), arena_));
  }

  Value list(const Instruction& in) {
    Value* const elements = allocate(in.count);
    if (!elements) return Value::error(Fault::too_much_memory, in.offset);
    Strict strict;
    for (std::uint16_t i = 0; i < in.count; ++i) {
      elements[i] = run(code_.operands[in.first + i]);
      strict.see(elements[i]);
    }
    return strict.clean() ? Value::list({elements, in.count}) : strict.worst();
  }

  Value* allocate(std::size_t count) { return static_cast<Value*>(arena_.allocate(std::max<std::size_t>(1, count) * sizeof(Value))); }

  Value binary(const Instruction& in) {
    const Value a = run(in.first), b = run(in.second);
    if (!a.is_known() || !b.is_known()) {
      Strict strict;
      strict.see(a);
      strict.see(b);
      return strict.worst();
    }
    switch (in.op) {
      case Op::compare:
        return compare_known(in, a, b);
      case Op::in:
        return contained(in, a, b.as_list());
      case Op::index: {
        const auto elements = a.as_list();
        const bool there = b.as_integer() >= 0 && static_cast<std::uint64_t>(b.as_integer()) < elements.size();
        return there ? elements[static_cast<std::size_t>(b.as_integer())] : Value::error(Fault::index_out_of_range, in.offset);
      }
      default:
        break;
    }
    switch (a.kind()) {
      case Kind::integer:
        return at(in, arithmetic(in.op, a.as_integer(), b.as_integer()));
      case Kind::real:
        return arithmetic(in.op, a.as_real(), b.as_real());
      case Kind::string:
        return joined_text(in, a.as_string(), b.as_string());
      case Kind::list:
        return joined_list(in, a.as_list(), b.as_list());
      default:
        return time(in, a, b);
    }
  }

  static Value time(const Instruction& in, const Value& a, const Value& b) {
    if (a.kind() == Kind::timestamp && b.kind() == Kind::timestamp) return at(in, time_between(b, a));
    const bool instant = a.kind() == Kind::timestamp || b.kind() == Kind::timestamp;
    return at(in, add_time(a, b, in.op == Op::add ? 1 : -1, instant ? Kind::timestamp : Kind::duration));
  }

  Value joined_text(const Instruction& in, std::string_view a, std::string_view b) {
    char* const text = static_cast<char*>(arena_.allocate(std::max<std::size_t>(1, a.size() + b.size())));
    if (!text) return Value::error(Fault::too_much_memory, in.offset);
    std::copy(b.begin(), b.end(), std::copy(a.begin(), a.end(), text));
    return Value::string({text, a.size() + b.size()});
  }

  Value joined_list(const Instruction& in, std::span<const Value> a, std::span<const Value> b) {
    Value* const elements = allocate(a.size() + b.size());
    if (!elements) return Value::error(Fault::too_much_memory, in.offset);
    std::copy(b.begin(), b.end(), std::copy(a.begin(), a.end(), elements));
    return Value::list({elements, a.size() + b.size()});
  }

  /// Takes some work off what one evaluation may do; false when there is none left.
  bool spend(std::uint64_t work) { return (steps_ += work) <= most_steps; }

  /// One round of a macro costs what its body has operations: they stand between the range's and the macro's own.
  bool round(const Instruction& in) { return spend(in.second - in.first); }

  Value compare_known(const Instruction& in, const Value& a, const Value& b) {
    if (a.kind() != Kind::list) {
      if (a.kind() == Kind::string && !spend(std::min(size_of(a), size_of(b)))) return Value::error(Fault::too_much_work, in.offset);
      return Value::boolean(passes(in.test, a, b));
    }
    bool same = false;
    if (!equal_within(a, b, same)) return Value::error(Fault::too_much_work, in.offset);
    return Value::boolean(same == (in.test == Test::equal));
  }

  /// Equality that counts its work; lists of lists may share their elements, so that few bytes hold much to compare.
  bool equal_within(const Value& a, const Value& b, bool& same) {
    if (!spend(1 + std::min(size_of(a), size_of(b)))) return false;
    if (a.kind() != Kind::list || b.kind() != Kind::list) {
      same = equal(a, b);
      return true;
    }
    const auto left = a.as_list(), right = b.as_list();
    same = left.size() == right.size();
    for (std::size_t i = 0; same && i < left.size(); ++i)
      if (!equal_within(left[i], right[i], same)) return false;
    return true;
  }

  Value contained(const Instruction& in, const Value& value, std::span<const Value> list) {
    bool same = false;
    for (std::size_t i = 0; !same && i < list.size(); ++i)
      if (!equal_within(list[i], value, same)) return Value::error(Fault::too_much_work, in.offset);
    return Value::boolean(same);
  }

  Value quantifier(const Instruction& in) {
    const Value range = run(in.first);
    if (!range.is_known()) return range;
    const bool deciding = in.op == Op::exists;
    Value result = Value::boolean(!deciding);
    for (const Value& element : range.as_list()) {
      if (!round(in)) return Value::error(Fault::too_much_work, in.offset);
      locals_[in.count] = element;
      if (fold(result, run(in.second), deciding)) break;
    }
    return result;
  }

  Value exactly_one(const Instruction& in) {
    const Value range = run(in.first);
    if (!range.is_known()) return range;
    Strict strict;
    std::size_t found = 0;
    for (const Value& element : range.as_list()) {
      if (!round(in)) return Value::error(Fault::too_much_work, in.offset);
      locals_[in.count] = element;
      const Value holds = run(in.second);
      strict.see(holds);
      if (holds.is_true()) ++found;
    }
    return strict.clean() ? Value::boolean(found == 1) : strict.worst();
  }

  Value collect(const Instruction& in) {
    const Value range = run(in.first);
    if (!range.is_known()) return range;
    Value* const elements = allocate(range.as_list().size());
    if (!elements) return Value::error(Fault::too_much_memory, in.offset);
    const std::uint32_t condition = in.op == Op::filter ? in.second : in.extra;
    Strict strict;
    std::size_t count = 0;
    for (const Value& element : range.as_list()) {
      if (!round(in)) return Value::error(Fault::too_much_work, in.offset);
      locals_[in.count] = element;
      if (condition != no_instruction) {
        const Value holds = run(condition);
        strict.see(holds);
        if (!holds.is_true()) continue;
      }
      elements[count] = in.op == Op::filter ? element : run(in.second);
      strict.see(elements[count]);
      ++count;
    }
    return strict.clean() ? Value::list({elements, count}) : strict.worst();
  }

  const Code& code_;
  const Instruction* instructions_;
  std::span<const Value> slots_;
  Value instant_;
  Arena& arena_;
  std::uint64_t steps_ = 0;
  std::array<Value, most_nested_macros> locals_;
};

}  // namespace

Value evaluate(const Code& code, std::uint32_t instruction, std::span<const Value> slots, Value instant, Arena& arena) {
  return Evaluator(code, slots, instant, arena).run(instruction);
}

}  // namespace zhida::cel
