#include "effect/metrics/time_cut.hpp"

#include "effect/problem.hpp"
#include "platform/http/parameters.hpp"

#include <chrono>

namespace zhida::effect_service {
namespace {

using delivery::Hour;
using domain::Date;
using domain::Instant;

constexpr std::size_t most_steps = 10'000;

Instant instant_of(Hour hour) { return Instant(std::chrono::hours(hour)); }

/// Hours of times before 1970 or beyond what counts are the nearest that there are.
Hour hour_within(std::chrono::hours since_1970) {
  if (since_1970.count() < 1) return 1;
  if (since_1970.count() >= std::numeric_limits<Hour>::max()) return std::numeric_limits<Hour>::max();
  return static_cast<Hour>(since_1970.count());
}

[[noreturn]] void refuse_time(std::string_view name) {
  http::refuse_parameter(name, "format", std::string(name) + " must be a date (YYYY-MM-DD) or a time (RFC 3339).",
                         std::string(name) + "应为日期（YYYY-MM-DD）或时间（RFC 3339）。");
}

/// The first instant at or behind the parameter that is not in the range any more, or the first in it.
Instant time_param(std::string_view name, std::string_view text, bool end) {
  if (const auto date = domain::parse_date(text)) return domain::start_of(*date + std::chrono::days(end ? 1 : 0));
  if (const auto instant = domain::parse_instant(text)) return *instant;
  refuse_time(name);
}

}  // namespace

TimeRange range_param(const http::Request& request) {
  TimeRange range;
  if (const auto from = request.query("from")) {
    range.from = hour_within(std::chrono::floor<std::chrono::hours>(time_param("from", *from, false).time_since_epoch()));
    range.bounded = true;
  }
  if (const auto to = request.query("to")) {
    range.to = hour_within(std::chrono::ceil<std::chrono::hours>(time_param("to", *to, true).time_since_epoch()));
    range.bounded = true;
  }
  if (range.from >= range.to) http::refuse_parameter("to", "range", "to must lie behind from.", "to应晚于from。");
  return range;
}

std::optional<Step> step_param(const http::Request& request, bool with_month) {
  const auto text = request.query("step");
  if (!text) return std::nullopt;
  const auto step = domain::from_name<Step>(*text);
  if (step && (with_month || *step != Step::month)) return step;
  const std::string known = with_month ? "hour, day, month" : "hour, day";
  http::refuse_parameter("step", "unknown", "step must be one of " + known + ".", "step应为以下之一：" + known + "。");
}

Hour begin_of(Hour hour, Step step) {
  if (step == Step::hour) return hour;
  Date day = domain::date_of(instant_of(hour));
  if (step == Step::month) {
    const std::chrono::year_month_day date(day);
    day = date.year() / date.month() / 1;
  }
  return delivery::hour_of(domain::start_of(day));
}

Hour next_of(Hour begin, Step step) {
  switch (step) {
    case Step::hour:
      return begin + 1;
    case Step::day:
      return begin + 24;
    case Step::month:
      break;
  }
  const std::chrono::year_month_day date(domain::date_of(instant_of(begin)));
  const Date next = (std::chrono::year_month(date.year(), date.month()) + std::chrono::months(1)) / 1;
  return delivery::hour_of(domain::start_of(next));
}

std::string format_step(Hour begin, Step step) {
  if (step == Step::hour) return domain::format_instant(instant_of(begin));
  const std::string date = domain::format_date(domain::date_of(instant_of(begin)));
  return step == Step::day ? date : date.substr(0, 7);
}

std::vector<Hour> steps_between(Hour first, Hour last, Step step) {
  std::vector<Hour> steps;
  for (Hour at = first; at <= last; at = next_of(at, step)) {
    if (steps.size() == most_steps)
      http::refuse_parameter("step", "range", "so long a time has more than 10,000 steps: narrow it by from and to.",
                             "时间段过长（超过10000步），请用from、to缩小范围。");
    steps.push_back(at);
  }
  return steps;
}

}  // namespace zhida::effect_service
