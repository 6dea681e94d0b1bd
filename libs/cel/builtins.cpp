#include "cel/builtins.hpp"

#include "cel/environment.hpp"
#include "cel/limits.hpp"
#include "cel/time.hpp"
#include "cel/utf8.hpp"

#include <re2/re2.h>

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace zhida::cel {
namespace {

using Arguments = std::span<const Value>;
using Call = Overload::Call;

constexpr Type any_list{Kind::missing, 1};
constexpr double two_to_63 = 9223372036854775808.0;

void global(Registry& registry, const char* name, std::vector<Type> parameters, Type result, Call call) {
  registry.add({.name = name, .parameters = std::move(parameters), .result = result, .call = call});
}
void member(Registry& registry, const char* name, std::vector<Type> parameters, Type result, Call call) {
  registry.add({.name = name, .member = true, .parameters = std::move(parameters), .result = result, .call = call});
}
/// Never fails for known arguments.
void total(Registry& registry, const char* name, bool is_member, std::vector<Type> parameters, Type result, Call call) {
  registry.add({.name = name, .member = is_member, .parameters = std::move(parameters), .result = result, .call = call, .total = true});
}

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

void add_text_functions(Registry& registry) {
  const std::vector<Type> two_strings{string_type, string_type};
  for (const bool is_member : {false, true}) {
    total(registry, "size", is_member, {string_type}, integer_type,
          [](Arguments a, const void*, Arena&) { return Value::integer(static_cast<std::int64_t>(count_code_points(a[0].as_string()))); });
    total(registry, "size", is_member, {any_list}, integer_type,
          [](Arguments a, const void*, Arena&) { return Value::integer(static_cast<std::int64_t>(a[0].as_list().size())); });
  }
  total(registry, "startsWith", true, two_strings, boolean_type,
        [](Arguments a, const void*, Arena&) { return Value::boolean(a[0].as_string().starts_with(a[1].as_string())); });
  total(registry, "endsWith", true, two_strings, boolean_type,
        [](Arguments a, const void*, Arena&) { return Value::boolean(a[0].as_string().ends_with(a[1].as_string())); });
  total(registry, "contains", true, two_strings, boolean_type,
        [](Arguments a, const void*, Arena&) { return Value::boolean(a[0].as_string().find(a[1].as_string()) != std::string_view::npos); });
  const LiteralCheck pattern = [](const Value& literal) -> std::optional<LiteralMistake> {
    const std::string_view text = literal.as_string();
    if (text.size() > most_pattern_bytes)
      return LiteralMistake{"the pattern is longer than " + std::to_string(most_pattern_bytes) + " bytes",
                            "正则表达式超过" + std::to_string(most_pattern_bytes) + "字节", ""};
    const RE2 expression(re2::StringPiece(text.data(), text.size()), RE2::Quiet);
    if (expression.ok()) return std::nullopt;
    return LiteralMistake{"the pattern is not a regular expression: " + expression.error(), "正则表达式有误：" + expression.error(), ""};
  };
  for (const bool is_member : {false, true})
    registry.add({.name = "matches",
                  .member = is_member,
                  .parameters = two_strings,
                  .result = boolean_type,
                  .call =
                      [](Arguments a, const void*, Arena&) {
                        const auto piece = [](const Value& v) { return re2::StringPiece(v.as_string().data(), v.as_string().size()); };
                        const RE2 expression(piece(a[1]), RE2::Quiet);
                        if (!expression.ok()) return Value::error(Fault::bad_regexp);
                        return Value::boolean(RE2::PartialMatch(piece(a[0]), expression));
                      },
                  .literal_checks = {{}, pattern}});
}

void add_conversions(Registry& registry) {
  global(registry, "bool", {boolean_type}, boolean_type, same);
  global(registry, "bool", {string_type}, boolean_type, [](Arguments a, const void*, Arena&) {
    const std::string_view text = a[0].as_string();
    for (const std::string_view yes : {"true", "True", "TRUE", "t", "1"})
      if (text == yes) return Value::boolean(true);
    for (const std::string_view no : {"false", "False", "FALSE", "f", "0"})
      if (text == no) return Value::boolean(false);
    return Value::error(Fault::bad_conversion);
  });
  global(registry, "int", {integer_type}, integer_type, same);
  global(registry, "int", {real_type}, integer_type, [](Arguments a, const void*, Arena&) { return real_to_integer(a[0].as_real()); });
  global(registry, "int", {timestamp_type}, integer_type, [](Arguments a, const void*, Arena&) { return Value::integer(a[0].seconds()); });
  global(registry, "int", {string_type}, integer_type, [](Arguments a, const void*, Arena&) {
    const auto number = whole_number<std::int64_t>(a[0].as_string());
    return number ? Value::integer(*number) : Value::error(Fault::bad_conversion);
  });
  global(registry, "double", {real_type}, real_type, same);
  global(registry, "double", {integer_type}, real_type,
         [](Arguments a, const void*, Arena&) { return Value::real(static_cast<double>(a[0].as_integer())); });
  global(registry, "double", {string_type}, real_type, [](Arguments a, const void*, Arena&) {
    const auto number = whole_number<double>(a[0].as_string());
    return number ? Value::real(*number) : Value::error(Fault::bad_conversion);
  });
  global(registry, "string", {string_type}, string_type, same);
  global(registry, "string", {boolean_type}, string_type,
         [](Arguments a, const void*, Arena&) { return Value::string(a[0].as_boolean() ? "true" : "false"); });
  global(registry, "string", {integer_type}, string_type,
         [](Arguments a, const void*, Arena& arena) { return make_string(arena, std::to_string(a[0].as_integer())); });
  global(registry, "string", {real_type}, string_type,
         [](Arguments a, const void*, Arena& arena) { return make_string(arena, real_text(a[0].as_real())); });
  global(registry, "string", {timestamp_type}, string_type,
         [](Arguments a, const void*, Arena& arena) { return make_string(arena, format_timestamp(a[0])); });
  global(registry, "string", {duration_type}, string_type,
         [](Arguments a, const void*, Arena& arena) { return make_string(arena, format_duration(a[0])); });
  global(registry, "timestamp", {timestamp_type}, timestamp_type, same);
  global(registry, "timestamp", {string_type}, timestamp_type,
         [](Arguments a, const void*, Arena&) { return parse_timestamp(a[0].as_string()).value_or(Value::error(Fault::bad_conversion)); });
  global(registry, "timestamp", {integer_type}, timestamp_type, [](Arguments a, const void*, Arena&) {
    return timestamp_in_range(a[0].as_integer()) ? Value::timestamp(a[0].as_integer()) : Value::error(Fault::overflow);
  });
  global(registry, "duration", {duration_type}, duration_type, same);
  global(registry, "duration", {string_type}, duration_type,
         [](Arguments a, const void*, Arena&) { return parse_duration(a[0].as_string()).value_or(Value::error(Fault::bad_conversion)); });
}

template <auto Part>
void timestamp_part(Registry& registry, const char* name) {
  static const LiteralCheck zone = [](const Value& literal) -> std::optional<LiteralMistake> {
    if (zone_offset(literal.as_string())) return std::nullopt;
    const std::string text(literal.as_string());
    return LiteralMistake{"unknown time zone '" + text + "'", "未知的时区“" + text + "”", "Asia/Shanghai"};
  };
  member(registry, name, {timestamp_type}, integer_type,
         [](Arguments a, const void*, Arena&) { return Value::integer(Part(civil_time(a[0], 0))); });
  registry.add({.name = name,
                .member = true,
                .parameters = {timestamp_type, string_type},
                .result = integer_type,
                .call =
                    [](Arguments a, const void*, Arena&) {
                      const auto offset = zone_offset(a[1].as_string());
                      return offset ? Value::integer(Part(civil_time(a[0], *offset))) : Value::error(Fault::bad_zone);
                    },
                .literal_checks = {{}, zone}});
}

void add_time_functions(Registry& registry) {
  timestamp_part<[](const CivilTime& t) { return t.year; }>(registry, "getFullYear");
  timestamp_part<[](const CivilTime& t) { return t.month - 1; }>(registry, "getMonth");
  timestamp_part<[](const CivilTime& t) { return t.day; }>(registry, "getDate");
  timestamp_part<[](const CivilTime& t) { return t.day - 1; }>(registry, "getDayOfMonth");
  timestamp_part<[](const CivilTime& t) { return t.day_of_year; }>(registry, "getDayOfYear");
  timestamp_part<[](const CivilTime& t) { return t.weekday; }>(registry, "getDayOfWeek");
  timestamp_part<[](const CivilTime& t) { return t.hour; }>(registry, "getHours");
  timestamp_part<[](const CivilTime& t) { return t.minute; }>(registry, "getMinutes");
  timestamp_part<[](const CivilTime& t) { return t.second; }>(registry, "getSeconds");
  timestamp_part<[](const CivilTime& t) { return t.millisecond; }>(registry, "getMilliseconds");

  // Durations count towards zero: -0.5 s has 0 seconds and -500 milliseconds.
  static const auto whole_seconds = [](const Value& d) { return d.seconds() < 0 && d.nanos() != 0 ? d.seconds() + 1 : d.seconds(); };
  member(registry, "getHours", {duration_type}, integer_type,
         [](Arguments a, const void*, Arena&) { return Value::integer(whole_seconds(a[0]) / 3600); });
  member(registry, "getMinutes", {duration_type}, integer_type,
         [](Arguments a, const void*, Arena&) { return Value::integer(whole_seconds(a[0]) / 60); });
  member(registry, "getSeconds", {duration_type}, integer_type,
         [](Arguments a, const void*, Arena&) { return Value::integer(whole_seconds(a[0])); });
  member(registry, "getMilliseconds", {duration_type}, integer_type, [](Arguments a, const void*, Arena&) {
    const std::int64_t nanos =
        a[0].seconds() < 0 && a[0].nanos() != 0 ? std::int64_t{a[0].nanos()} - 1'000'000'000 : std::int64_t{a[0].nanos()};
    return Value::integer(nanos / 1'000'000);
  });
}

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
    global(registry, name, {type.list_of()}, type, [](Arguments a, const void* state, Arena& arena) {
      return a[0].as_list().empty() ? Value::error(Fault::index_out_of_range) : extreme<Wanted>(a[0].as_list(), state, arena);
    });
  // A bound in one type of number, an amount in the other: the result is a double.
  for (const Type first : {integer_type, real_type})
    global(registry, name, {first, first == integer_type ? real_type : integer_type}, real_type, mixed_extreme<Wanted>);
}

void add_math(Registry& registry) {
  add_extreme<-1>(registry, "math.least");
  add_extreme<1>(registry, "math.greatest");
  global(registry, "math.ceil", {real_type}, real_type,
         [](Arguments a, const void*, Arena&) { return Value::real(std::ceil(a[0].as_real())); });
  global(registry, "math.floor", {real_type}, real_type,
         [](Arguments a, const void*, Arena&) { return Value::real(std::floor(a[0].as_real())); });
  global(registry, "math.round", {real_type}, real_type,
         [](Arguments a, const void*, Arena&) { return Value::real(std::round(a[0].as_real())); });
  global(registry, "math.trunc", {real_type}, real_type,
         [](Arguments a, const void*, Arena&) { return Value::real(std::trunc(a[0].as_real())); });
  global(registry, "math.abs", {real_type}, real_type,
         [](Arguments a, const void*, Arena&) { return Value::real(std::fabs(a[0].as_real())); });
  global(registry, "math.abs", {integer_type}, integer_type, [](Arguments a, const void*, Arena&) {
    if (a[0].as_integer() == std::numeric_limits<std::int64_t>::min()) return Value::error(Fault::overflow);
    return Value::integer(std::abs(a[0].as_integer()));
  });
}

}  // namespace

Value make_string(Arena& arena, std::string_view text) {
  const std::string_view copy = arena.copy(text);
  return copy.data() ? Value::string(copy) : Value::error(Fault::too_much_memory);
}

void add_builtins(Registry& registry) {
  add_text_functions(registry);
  add_conversions(registry);
  add_time_functions(registry);
  add_math(registry);
}

}  // namespace zhida::cel
