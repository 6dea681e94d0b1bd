#include "cel/builtins.hpp"
#include "cel/time.hpp"

namespace zhida::cel {
namespace {

using Arguments = std::span<const Value>;

template <auto Part>
void timestamp_part(Registry& registry, const char* name, const std::shared_ptr<const Zones>& zones) {
  const LiteralCheck zone = [zones](const Value& literal) -> std::optional<LiteralMistake> {
    if (zones->knows(literal.as_string())) return std::nullopt;
    const std::string text(literal.as_string());
    return LiteralMistake{"unknown time zone '" + text + "'", "未知的时区“" + text + "”", "Asia/Shanghai"};
  };
  add_member(registry, name, {timestamp_type}, integer_type,
             [](Arguments a, const void*, Arena&) { return Value::integer(Part(civil_time(a[0], 0))); });
  registry.add({.name = name,
                .member = true,
                .parameters = {timestamp_type, string_type},
                .result = integer_type,
                .call =
                    [](Arguments a, const void* state, Arena&) {
                      const auto offset = static_cast<const Zones*>(state)->offset(a[1].as_string(), a[0].seconds());
                      return offset ? Value::integer(Part(civil_time(a[0], *offset))) : Value::error(Fault::bad_zone);
                    },
                .state = zones,
                .literal_checks = {{}, zone}});
}

}  // namespace

void add_time_functions(Registry& registry, const std::shared_ptr<const Zones>& zones) {
  timestamp_part<[](const CivilTime& t) { return t.year; }>(registry, "getFullYear", zones);
  timestamp_part<[](const CivilTime& t) { return t.month - 1; }>(registry, "getMonth", zones);
  timestamp_part<[](const CivilTime& t) { return t.day; }>(registry, "getDate", zones);
  timestamp_part<[](const CivilTime& t) { return t.day - 1; }>(registry, "getDayOfMonth", zones);
  timestamp_part<[](const CivilTime& t) { return t.day_of_year; }>(registry, "getDayOfYear", zones);
  timestamp_part<[](const CivilTime& t) { return t.weekday; }>(registry, "getDayOfWeek", zones);
  timestamp_part<[](const CivilTime& t) { return t.hour; }>(registry, "getHours", zones);
  timestamp_part<[](const CivilTime& t) { return t.minute; }>(registry, "getMinutes", zones);
  timestamp_part<[](const CivilTime& t) { return t.second; }>(registry, "getSeconds", zones);
  timestamp_part<[](const CivilTime& t) { return t.millisecond; }>(registry, "getMilliseconds", zones);

  // Durations count towards zero: -0.5 s has 0 seconds and -500 milliseconds.
  static const auto whole_seconds = [](const Value& d) { return d.seconds() < 0 && d.nanos() != 0 ? d.seconds() + 1 : d.seconds(); };
  add_member(registry, "getHours", {duration_type}, integer_type,
             [](Arguments a, const void*, Arena&) { return Value::integer(whole_seconds(a[0]) / 3600); });
  add_member(registry, "getMinutes", {duration_type}, integer_type,
             [](Arguments a, const void*, Arena&) { return Value::integer(whole_seconds(a[0]) / 60); });
  add_member(registry, "getSeconds", {duration_type}, integer_type,
             [](Arguments a, const void*, Arena&) { return Value::integer(whole_seconds(a[0])); });
  add_member(registry, "getMilliseconds", {duration_type}, integer_type, [](Arguments a, const void*, Arena&) {
    const std::int64_t nanos =
        a[0].seconds() < 0 && a[0].nanos() != 0 ? std::int64_t{a[0].nanos()} - 1'000'000'000 : std::int64_t{a[0].nanos()};
    return Value::integer(nanos / 1'000'000);
  });
}

}  // namespace zhida::cel
