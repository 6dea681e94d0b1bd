#include "cel/builtins.hpp"

#include <cmath>
#include <cstdlib>
#include <limits>

namespace zhida::cel {
namespace {

using Arguments = std::span<const Value>;

double number(const Value& value) { return value.kind() == Kind::integer ? static_cast<double>(value.as_integer()) : value.as_real(); }

/// The extreme of the arguments: `wanted` is the sign of `compare(candidate, best)` that makes the candidate the best.
template <int Wanted>
Value extreme(Arguments a, const void*, Arena&) {
  Value best = a[0];
  for (const Value& candidate : a.subspan(1))
    if (compare(candidate, best) == Wanted) best = candidate;
  return best;
}

template <int Wanted>
Value mixed_extreme(Arguments a, const void*, Arena&) {
  double best = number(a[0]);
  for (const Value& candidate : a.subspan(1))
    if (Wanted < 0 ? number(candidate) < best : number(candidate) > best) best = number(candidate);
  return Value::real(best);
}

template <int Wanted>
void add_extreme(Registry& registry, const char* name) {
  for (const Type type : {integer_type, real_type})
    registry.add({.name = name, .parameters = {type}, .variadic = true, .result = type, .call = extreme<Wanted>});
  for (const Type type : {integer_type, real_type})
    add_global(registry, name, {type.list_of()}, type, [](Arguments a, const void* state, Arena& arena) {
      return a[0].as_list().empty() ? Value::error(Fault::index_out_of_range) : extreme<Wanted>(a[0].as_list(), state, arena);
    });
  // A bound in one type of number, an amount in the other: the result is a double.
  for (const Type first : {integer_type, real_type})
    add_global(registry, name, {first, first == integer_type ? real_type : integer_type}, real_type, mixed_extreme<Wanted>);
}

/// Bits pushed out are lost and the sign is a bit like the others; a shift by 64 or more leaves nothing.
template <class Shift>
Value shifted(std::int64_t by, Shift shift) {
  if (by < 0) return Value::error(Fault::bad_argument);
  return Value::integer(by >= 64 ? 0 : static_cast<std::int64_t>(shift(by)));
}

void add_bits(Registry& registry) {
  const std::vector<Type> two{integer_type, integer_type};
  add_global(registry, "math.bitAnd", two, integer_type,
             [](Arguments a, const void*, Arena&) { return Value::integer(a[0].as_integer() & a[1].as_integer()); });
  add_global(registry, "math.bitOr", two, integer_type,
             [](Arguments a, const void*, Arena&) { return Value::integer(a[0].as_integer() | a[1].as_integer()); });
  add_global(registry, "math.bitXor", two, integer_type,
             [](Arguments a, const void*, Arena&) { return Value::integer(a[0].as_integer() ^ a[1].as_integer()); });
  add_global(registry, "math.bitNot", {integer_type}, integer_type,
             [](Arguments a, const void*, Arena&) { return Value::integer(~a[0].as_integer()); });
  add_global(registry, "math.bitShiftLeft", two, integer_type, [](Arguments a, const void*, Arena&) {
    return shifted(a[1].as_integer(), [&](std::int64_t by) { return static_cast<std::uint64_t>(a[0].as_integer()) << by; });
  });
  add_global(registry, "math.bitShiftRight", two, integer_type, [](Arguments a, const void*, Arena&) {
    return shifted(a[1].as_integer(), [&](std::int64_t by) { return static_cast<std::uint64_t>(a[0].as_integer()) >> by; });
  });
}

}  // namespace

void add_math(Registry& registry) {
  add_extreme<-1>(registry, "math.least");
  add_extreme<1>(registry, "math.greatest");
  add_bits(registry);
  add_global(registry, "math.ceil", {real_type}, real_type,
             [](Arguments a, const void*, Arena&) { return Value::real(std::ceil(a[0].as_real())); });
  add_global(registry, "math.floor", {real_type}, real_type,
             [](Arguments a, const void*, Arena&) { return Value::real(std::floor(a[0].as_real())); });
  add_global(registry, "math.round", {real_type}, real_type,
             [](Arguments a, const void*, Arena&) { return Value::real(std::round(a[0].as_real())); });
  add_global(registry, "math.trunc", {real_type}, real_type,
             [](Arguments a, const void*, Arena&) { return Value::real(std::trunc(a[0].as_real())); });
  add_global(registry, "math.abs", {real_type}, real_type,
             [](Arguments a, const void*, Arena&) { return Value::real(std::fabs(a[0].as_real())); });
  add_global(registry, "math.abs", {integer_type}, integer_type, [](Arguments a, const void*, Arena&) {
    if (a[0].as_integer() == std::numeric_limits<std::int64_t>::min()) return Value::error(Fault::overflow);
    return Value::integer(std::abs(a[0].as_integer()));
  });
  add_global(registry, "math.sign", {real_type}, real_type, [](Arguments a, const void*, Arena&) {
    const double value = a[0].as_real();
    return Value::real(value > 0 ? 1 : (value < 0 ? -1 : value));  // NaN and both zeros stay
  });
  add_global(registry, "math.sign", {integer_type}, integer_type,
             [](Arguments a, const void*, Arena&) { return Value::integer((a[0].as_integer() > 0) - (a[0].as_integer() < 0)); });
  add_global(registry, "math.isNaN", {real_type}, boolean_type,
             [](Arguments a, const void*, Arena&) { return Value::boolean(std::isnan(a[0].as_real())); });
  add_global(registry, "math.isInf", {real_type}, boolean_type,
             [](Arguments a, const void*, Arena&) { return Value::boolean(std::isinf(a[0].as_real())); });
  add_global(registry, "math.isFinite", {real_type}, boolean_type,
             [](Arguments a, const void*, Arena&) { return Value::boolean(std::isfinite(a[0].as_real())); });
}

}  // namespace zhida::cel
