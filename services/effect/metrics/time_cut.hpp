#pragma once

#include "domain/date_time.hpp"
#include "domain/delivery/facts.hpp"
#include "domain/enum_names.hpp"
#include "platform/http/request.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace zhida::effect_service {

enum class Step : std::uint8_t { hour, day, month };

/// `from <= hour < to`.
struct TimeRange {
  delivery::Hour from = 1;
  delivery::Hour to = std::numeric_limits<delivery::Hour>::max();
  bool bounded = false;  ///< somebody asked for a part
};

/// Reads `from` and `to`: dates in Asia/Shanghai (`to` included), or times (`to` excluded), widened to whole hours.
/// Throws `http::Refused` with 422.
TimeRange range_param(const http::Request& request);

/// Reads `step`; nothing if absent. `month` only where `with_month`. Throws `http::Refused` with 422.
std::optional<Step> step_param(const http::Request& request, bool with_month);

/// The first hour of the step that `hour` lies in; days and months are Shanghai's.
delivery::Hour begin_of(delivery::Hour hour, Step step);

/// The first hour of the next step.
delivery::Hour next_of(delivery::Hour begin, Step step);

/// `2026-11-23T13:00:00+08:00`, `2026-11-23`, `2026-11`.
std::string format_step(delivery::Hour begin, Step step);

/// Every step from `first` to `last`, both beginnings of steps. Throws `http::Refused` with 422 if they are more than 10,000.
std::vector<delivery::Hour> steps_between(delivery::Hour first, delivery::Hour last, Step step);

}  // namespace zhida::effect_service

template <>
struct zhida::domain::EnumNames<zhida::effect_service::Step> {
  static constexpr std::array<std::string_view, 3> names{"hour", "day", "month"};
};
