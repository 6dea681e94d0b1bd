#include "cel/builtins.hpp"
#include "cel/time.hpp"

#include <charconv>
#include <cmath>
#include <optional>

namespace zhida::cel {
namespace {

using Arguments = std::span<const Value>;

constexpr double two_to_63 = 9223372036854775808.0;

Value same(Arguments a, const void*, Arena&) { return a[0]; }

Value real_to_integer(double value) {
  if (!(value > -two_to_63 && value < two_to_63)) return Value::error(Fault::overflow);
  return Value::integer(static_cast<std::int64_t>(value));
}

template <class Number>
std::optional<Number> whole_number(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string real_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  char buffer[64];
  const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value);
  return {buffer, end};
}

}  // namespace

void add_conversions(Registry& registry) {
  add_global(registry, "bool", {boolean_type}, boolean_type, same);
  add_global(registry, "bool", {string_type}, boolean_type, [](Arguments a, const void*, Arena&) {
    const std::string_view text = a[0].as_string();
    for (const std::string_view yes : {"true", "True", "TRUE", "t", "1"})
      if (text == yes) return Value::boolean(true);
    for (const std::string_view no : {"false", "False", "FALSE", "f", "0"})
      if (text == no) return Value::boolean(false);
    return Value::error(Fault::bad_conversion);
  });
  add_global(registry, "int", {integer_type}, integer_type, same);
  add_global(registry, "int", {real_type}, integer_type, [](Arguments a, const void*, Arena&) { return real_to_integer(a[0].as_real()); });
  add_global(registry, "int", {timestamp_type}, integer_type,
             [](Arguments a, const void*, Arena&) { return Value::integer(a[0].seconds()); });
  add_global(registry, "int", {string_type}, integer_type, [](Arguments a, const void*, Arena&) {
    const auto number = whole_number<std::int64_t>(a[0].as_string());
    return number ? Value::integer(*number) : Value::error(Fault::bad_conversion);
  });
  add_global(registry, "double", {real_type}, real_type, same);
  add_global(registry, "double", {integer_type}, real_type,
             [](Arguments a, const void*, Arena&) { return Value::real(static_cast<double>(a[0].as_integer())); });
  add_global(registry, "double", {string_type}, real_type, [](Arguments a, const void*, Arena&) {
    const auto number = whole_number<double>(a[0].as_string());
    return number ? Value::real(*number) : Value::error(Fault::bad_conversion);
  });
  add_global(registry, "string", {string_type}, string_type, same);
  add_global(registry, "string", {boolean_type}, string_type,
             [](Arguments a, const void*, Arena&) { return Value::string(a[0].as_boolean() ? "true" : "false"); });
  add_global(registry, "string", {integer_type}, string_type,
             [](Arguments a, const void*, Arena& arena) { return make_string(arena, std::to_string(a[0].as_integer())); });
  add_global(registry, "string", {real_type}, string_type,
             [](Arguments a, const void*, Arena& arena) { return make_string(arena, real_text(a[0].as_real())); });
  add_global(registry, "string", {timestamp_type}, string_type,
             [](Arguments a, const void*, Arena& arena) { return make_string(arena, format_timestamp(a[0])); });
  add_global(registry, "string", {duration_type}, string_type,
             [](Arguments a, const void*, Arena& arena) { return make_string(arena, format_duration(a[0])); });
  add_global(registry, "timestamp", {timestamp_type}, timestamp_type, same);
  add_global(registry, "timestamp", {string_type}, timestamp_type, [](Arguments a, const void*, Arena&) {
    return parse_timestamp(a[0].as_string()).value_or(Value::error(Fault::bad_conversion));
  });
  add_global(registry, "timestamp", {integer_type}, timestamp_type, [](Arguments a, const void*, Arena&) {
    return timestamp_in_range(a[0].as_integer()) ? Value::timestamp(a[0].as_integer()) : Value::error(Fault::overflow);
  });
  add_global(registry, "duration", {duration_type}, duration_type, same);
  add_global(registry, "duration", {string_type}, duration_type, [](Arguments a, const void*, Arena&) {
    return parse_duration(a[0].as_string()).value_or(Value::error(Fault::bad_conversion));
  });
}

}  // namespace zhida::cel
