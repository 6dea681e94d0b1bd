#pragma once

#include "cel/code.hpp"

#include <algorithm>
#include <span>

// The operations on known values, inline because the evaluator spends its time in them.
namespace zhida::cel {

/// Whether two values of one type pass a test.
inline bool passes(Test test, const Value& a, const Value& b) {
  if (test == Test::equal) return equal(a, b);
  if (test == Test::not_equal) return !equal(a, b);
  const int order = compare(a, b);
  if (order == Value::unordered) return false;
  switch (test) {
    case Test::less:
      return order < 0;
    case Test::less_equal:
      return order <= 0;
    case Test::greater:
      return order > 0;
    default:
      return order >= 0;
  }
}

/// Whether a value is in a constant set as `lower` makes them.
inline bool contains(std::span<const Value> set, const Value& value) {
  if (set.size() < sorted_set_size || value.kind() == Kind::list)
    return std::ranges::any_of(set, [&](const Value& element) { return equal(element, value); });
  if (!equal(value, value)) return false;
  const auto found = std::lower_bound(set.begin(), set.end(), value, [](const Value& a, const Value& b) { return compare(a, b) < 0; });
  return found != set.end() && equal(*found, value);
}

inline Value arithmetic(Op op, std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  bool overflow = false;
  switch (op) {
    case Op::add:
      overflow = __builtin_add_overflow(a, b, &result);
      break;
    case Op::subtract:
      overflow = __builtin_sub_overflow(a, b, &result);
      break;
    case Op::multiply:
      overflow = __builtin_mul_overflow(a, b, &result);
      break;
    default:
      if (b == 0) return Value::error(Fault::division_by_zero);
      overflow = a == INT64_MIN && b == -1;
      if (!overflow) result = op == Op::divide ? a / b : a % b;
  }
  return overflow ? Value::error(Fault::overflow) : Value::integer(result);
}

inline Value arithmetic(Op op, double a, double b) {
  switch (op) {
    case Op::add:
      return Value::real(a + b);
    case Op::subtract:
      return Value::real(a - b);
    case Op::multiply:
      return Value::real(a * b);
    default:
      return Value::real(a / b);
  }
}

/// What it costs to look at all of a value; the elements of a list are not looked into.
inline std::uint64_t size_of(const Value& value) {
  if (value.kind() == Kind::list) return value.as_list().size();
  constexpr std::uint64_t bytes_a_step = 32;
  return value.kind() == Kind::string ? value.as_string().size() / bytes_a_step : 0;
}

/// What a strict operation hands on for its operands: an error before a missing value (CEL's eval.proto), nothing when both are known.
class Strict {
 public:
  void see(const Value& value) {
    if (value.is_known() || worst_.is_error()) return;
    worst_ = value;
    clean_ = false;
  }
  bool clean() const { return clean_; }
  Value worst() const { return worst_; }

 private:
  Value worst_;
  bool clean_ = true;
};

}  // namespace zhida::cel
