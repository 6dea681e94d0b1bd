#include "cel/time.hpp"

#include <charconv>
#include <chrono>
#include <cstdio>
#include <utility>

namespace zhida::cel {
namespace {

constexpr std::int64_t billion = 1'000'000'000;
constexpr std::int64_t first_second = -62'135'596'800;  // 0001-01-01T00:00:00Z
constexpr std::int64_t last_second = 253'402'300'799;   // 9999-12-31T23:59:59Z
constexpr std::int64_t longest_duration = 315'576'000'000;

/// Reads exactly `digits` digits from the front.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text[0] != c) return false;
  text.remove_prefix(1);
  return true;
}

/// Up to nine digits after a point, as nanoseconds; 0 when there is no point.
std::optional<std::uint32_t> take_fraction(std::string_view& text) {
  if (!take(text, '.')) return 0;
  std::uint32_t value = 0, scale = static_cast<std::uint32_t>(billion);
  std::size_t digits = 0;
  for (; digits < text.size() && text[digits] >= '0' && text[digits] <= '9'; ++digits) {
    scale /= 10;
    value += static_cast<std::uint32_t>(text[digits] - '0') * scale;
  }
  if (digits == 0 || digits > 9) return std::nullopt;
  text.remove_prefix(digits);
  return value;
}

/// `+08:00`.
std::optional<std::int64_t> take_offset(std::string_view text) {
  const bool minus = take(text, '-');
  if (!minus && !take(text, '+')) return std::nullopt;
  const auto hours = take_number(text, 2);
  if (!hours || !take(text, ':')) return std::nullopt;
  const auto minutes = take_number(text, 2);
  if (!minutes || !text.empty() || *hours > 23 || *minutes > 59) return std::nullopt;
  const std::int64_t offset = *hours * 3600 + *minutes * 60;
  return minus ? -offset : offset;
}

/// A unit of so many seconds, or of which so many make a second.
struct Unit {
  std::int64_t seconds = 0;
  std::int64_t per_second = 0;
};

std::optional<Unit> take_unit(std::string_view& text) {
  for (const auto& [name, per_second] : {std::pair{"ms", 1'000}, {"us", 1'000'000}, {"ns", 1'000'000'000}})
    if (text.starts_with(name)) {
      text.remove_prefix(2);
      return Unit{0, per_second};
    }
  if (take(text, 'h')) return Unit{3600, 0};
  if (take(text, 'm')) return Unit{60, 0};
  if (take(text, 's')) return Unit{1, 0};
  return std::nullopt;
}

std::string fraction_text(std::uint32_t nanos) {
  if (nanos == 0) return "";
  std::string digits = std::to_string(billion + nanos).substr(1);
  while (digits.back() == '0') digits.pop_back();
  return "." + digits;
}

}  // namespace

bool timestamp_in_range(std::int64_t seconds) { return seconds >= first_second && seconds <= last_second; }

std::optional<Value> parse_timestamp(std::string_view text) {
  const auto year = take_number(text, 4);
  if (!year || !take(text, '-')) return std::nullopt;
  const auto month = take_number(text, 2);
  if (!month || !take(text, '-')) return std::nullopt;
  const auto day = take_number(text, 2);
  if (!day || (!take(text, 'T') && !take(text, 't'))) return std::nullopt;
  const auto hour = take_number(text, 2);
  if (!hour || !take(text, ':')) return std::nullopt;
  const auto minute = take_number(text, 2);
  if (!minute || !take(text, ':')) return std::nullopt;
  const auto second = take_number(text, 2);
  if (!second || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  const auto nanos = take_fraction(text);
  if (!nanos) return std::nullopt;
  const auto offset = text == "Z" || text == "z" ? std::optional<std::int64_t>(0) : take_offset(text);
  if (!offset) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  const std::int64_t seconds = days * 86400 + *hour * 3600 + *minute * 60 + *second - *offset;
  if (!timestamp_in_range(seconds)) return std::nullopt;
  return Value::timestamp(seconds, *nanos);
}

std::string format_timestamp(const Value& timestamp) {
  const CivilTime t = civil_time(timestamp, 0);
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "%04d-%02d-%02dT%02d:%02d:%02d", t.year, t.month, t.day, t.hour, t.minute, t.second);
  return buffer + fraction_text(timestamp.nanos()) + "Z";
}

std::optional<Value> parse_duration(std::string_view text) {
  const bool minus = take(text, '-');
  if (!minus) take(text, '+');
  if (text == "0") return Value::duration(0);
  if (text.empty()) return std::nullopt;
  std::int64_t seconds = 0, nanos = 0;
  while (!text.empty()) {
    std::int64_t whole = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), whole);
    const bool has_whole = error == std::errc{} && text[0] != '-';
    if (!has_whole && (error == std::errc::result_out_of_range || text[0] != '.')) return std::nullopt;
    if (has_whole) text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    const auto fraction = take_fraction(text);
    const auto unit = take_unit(text);
    if (!fraction || !unit) return std::nullopt;
    if (unit->seconds > 0) {
      if (whole > longest_duration / unit->seconds) return std::nullopt;
      seconds += whole * unit->seconds;
      nanos += std::int64_t{*fraction} * unit->seconds;
    } else {
      seconds += whole / unit->per_second;
      nanos += whole % unit->per_second * (billion / unit->per_second) + std::int64_t{*fraction} / unit->per_second;
    }
    seconds += nanos / billion;
    nanos %= billion;
    if (seconds > longest_duration) return std::nullopt;
  }
  if (minus) seconds = -seconds - (nanos != 0 ? 1 : 0);
  if (minus && nanos != 0) nanos = billion - nanos;
  return Value::duration(seconds, static_cast<std::uint32_t>(nanos));
}

std::string format_duration(const Value& duration) {
  std::int64_t seconds = duration.seconds();
  std::uint32_t nanos = duration.nanos();
  const bool minus = seconds < 0;
  if (minus) {
    seconds = -seconds;
    if (nanos != 0) {
      --seconds;
      nanos = static_cast<std::uint32_t>(billion - nanos);
    }
  }
  return (minus ? "-" : "") + std::to_string(seconds) + fraction_text(nanos) + "s";
}

CivilTime civil_time(const Value& timestamp, std::int64_t zone_offset) {
  using namespace std::chrono;
  const sys_seconds instant{seconds(timestamp.seconds() + zone_offset)};
  const sys_days day = floor<days>(instant);
  const year_month_day date{day};
  const hh_mm_ss time{instant - day};
  return {static_cast<int>(date.year()),
          static_cast<int>(static_cast<unsigned>(date.month())),
          static_cast<int>(static_cast<unsigned>(date.day())),
          static_cast<int>((day - sys_days(date.year() / January / 1)).count()),
          static_cast<int>(weekday(day).c_encoding()),
          static_cast<int>(time.hours().count()),
          static_cast<int>(time.minutes().count()),
          static_cast<int>(time.seconds().count()),
          static_cast<int>(timestamp.nanos() / 1'000'000)};
}

Value add_time(const Value& a, const Value& b, int sign, Kind result) {
  // Both operands are far inside the range of int64, so plain sums cannot overflow.
  std::int64_t seconds = a.seconds() + sign * b.seconds();
  std::int64_t nanos = static_cast<std::int64_t>(a.nanos()) + sign * static_cast<std::int64_t>(b.nanos());
  if (nanos < 0) {
    nanos += billion;
    --seconds;
  } else if (nanos >= billion) {
    nanos -= billion;
    ++seconds;
  }
  if (result == Kind::timestamp)
    return timestamp_in_range(seconds) ? Value::timestamp(seconds, static_cast<std::uint32_t>(nanos)) : Value::error(Fault::overflow);
  const bool fits = seconds >= -longest_duration && seconds <= longest_duration;
  return fits ? Value::duration(seconds, static_cast<std::uint32_t>(nanos)) : Value::error(Fault::overflow);
}

Value time_between(const Value& from, const Value& to) {
  const Value difference = add_time(to, from, -1, Kind::duration);
  std::int64_t nanos = 0;
  const bool fits = difference.is_known() && !__builtin_mul_overflow(difference.seconds(), billion, &nanos) &&
                    !__builtin_add_overflow(nanos, std::int64_t{difference.nanos()}, &nanos);
  return fits ? difference : Value::error(Fault::overflow);
}

}  // namespace zhida::cel
