#pragma once

#include "cel/value.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace zhida::matching {

/// Days are days in Asia/Shanghai, which is UTC+8 without daylight saving time for all dates of this system.
inline constexpr std::chrono::hours shanghai_offset{8};

/// Midnight of the day, as a value of the language.
cel::Value midnight(std::chrono::sys_days day);

/// The day in which a timestamp lies.
std::chrono::sys_days day_of(const cel::Value& timestamp);

/// `YYYY-MM-DD`; nothing when it is not so written or the date does not exist.
std::optional<std::chrono::sys_days> parse_date(std::string_view text);
std::string format_date(std::chrono::sys_days day);

}  // namespace zhida::matching
