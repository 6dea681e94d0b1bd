#pragma once

#include "cel/value.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace zhida::cel {

/// A point in time in a zone, field by field.
struct CivilTime {
  int year, month, day;  ///< month and day from 1
  int day_of_year;       ///< from 0
  int weekday;           ///< Sunday = 0
  int hour, minute, second, millisecond;
};

/// RFC 3339 with a zone: `2024-12-31T00:00:00+08:00`. Nothing for dates that do not exist and years outside 1..9999.
std::optional<Value> parse_timestamp(std::string_view text);
/// RFC 3339 in UTC, fractions without trailing zeros.
std::string format_timestamp(const Value& timestamp);

/// A sign, then numbers with units h, m, s, ms, us, ns: `-1h30m`, `1.5s`, `0`.
std::optional<Value> parse_duration(std::string_view text);
/// In seconds: `5400s`, `-0.5s`.
std::string format_duration(const Value& duration);

/// `zone_offset` in seconds east of UTC.
CivilTime civil_time(const Value& timestamp, std::int64_t zone_offset);

/// The sum, or an overflow error beyond the years 1..9999 for timestamps and beyond 315,576,000,000 s for durations. `sign` is 1 or -1.
Value add_time(const Value& a, const Value& b, int sign, Kind result);

/// The time from one instant to another, or an overflow error when it does not fit 64 bits of nanoseconds (292 years), as in the reference.
Value time_between(const Value& from, const Value& to);

bool timestamp_in_range(std::int64_t seconds);

}  // namespace zhida::cel
