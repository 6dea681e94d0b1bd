#include "domain/policy/functions.hpp"

#include "cel/nearest.hpp"
#include "matching/date.hpp"

namespace zhida::policy {
namespace {

using cel::Value;
using Arguments = std::span<const Value>;
using matching::day_of;

cel::LiteralCheck industry_check(std::shared_ptr<const enterprise::IndustryTree> industries) {
  return [industries](const Value& literal) -> std::optional<cel::LiteralMistake> {
    const std::string code(literal.as_string());
    if (industries->is_prefix(code)) return std::nullopt;
    std::vector<std::string_view> codes;
    for (const auto& industry : industries->industries()) codes.push_back(industry.code);
    std::string near(cel::nearest(code, codes));
    return cel::LiteralMistake{"GB/T 4754-2017 has no section, division, group or class '" + code + "'",
                               "GB/T 4754-2017 中没有门类、大类、中类或小类“" + code + "”", std::move(near)};
  };
}

}  // namespace

int years_between(std::chrono::sys_days from, std::chrono::sys_days to) {
  using namespace std::chrono;
  const year_month_day start(from), end(to);
  year_month_day anniversary = end.year() / start.month() / start.day();
  if (!anniversary.ok()) anniversary = end.year() / start.month() / last;
  const int years = static_cast<int>(end.year()) - static_cast<int>(start.year());
  return end < anniversary ? years - 1 : years;
}

cel::Registry functions(std::shared_ptr<const enterprise::IndustryTree> industries,
                        std::shared_ptr<const calendar::WorkCalendar> calendar) {
  cel::Registry registry;
  registry.add({.name = "under",
                .parameters = {cel::string_type, cel::string_type},
                .result = cel::boolean_type,
                .call =
                    [](Arguments a, const void* state, cel::Arena&) {
                      const auto& tree = *static_cast<const enterprise::IndustryTree*>(state);
                      return Value::boolean(tree.under(a[0].as_string(), a[1].as_string()));
                    },
                .state = industries,
                .literal_checks = {{}, industry_check(industries)},
                .total = true});
  registry.add({.name = "years_since",
                .parameters = {cel::timestamp_type, cel::timestamp_type},
                .result = cel::integer_type,
                .call = [](Arguments a, const void*, cel::Arena&) { return Value::integer(years_between(day_of(a[0]), day_of(a[1]))); },
                .total = true,
                .trends = {cel::Trend::falling, cel::Trend::rising}});
  registry.add({.name = "workdays_until",
                .parameters = {cel::timestamp_type, cel::timestamp_type},
                .result = cel::integer_type,
                .call =
                    [](Arguments a, const void* state, cel::Arena&) {
                      const auto& days = *static_cast<const calendar::WorkCalendar*>(state);
                      const auto left = days.workdays_between(day_of(a[1]), day_of(a[0]));
                      return left ? Value::integer(*left) : Value::error(cel::Fault::outside_table);
                    },
                .state = calendar});
  return registry;
}

}  // namespace zhida::policy
