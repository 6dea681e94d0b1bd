#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace zhida::domain {

/// A calendar day in Asia/Shanghai.
using Date = std::chrono::sys_days;

/// An instant in UTC.
using Instant = std::chrono::sys_time<std::chrono::milliseconds>;

/// Asia/Shanghai has been UTC+8 without summer time since 1991; dates of this product are all later.
inline constexpr std::chrono::hours shanghai_offset{8};

/// `YYYY-MM-DD` and nothing else; nothing for a day that does not exist (2022-02-31).
std::optional<Date> parse_date(std::string_view text);

/// RFC 3339 with `Z` or an offset; up to three digits of the fraction count. Nothing for local times and for dates that do not exist.
std::optional<Instant> parse_instant(std::string_view text);

std::string format_date(Date date);

/// RFC 3339 in Asia/Shanghai: `2026-11-23T13:15:22+08:00`, with milliseconds where they are not zero.
std::string format_instant(Instant instant);

/// Appends what the two functions above return.
void append_date(std::string& out, Date date);
void append_instant(std::string& out, Instant instant);

/// The first instant of `date` in Asia/Shanghai.
constexpr Instant start_of(Date date) { return Instant(date) - shanghai_offset; }

/// The day in Asia/Shanghai that `instant` falls on.
constexpr Date date_of(Instant instant) { return std::chrono::floor<std::chrono::days>(instant + shanghai_offset); }

}  // namespace zhida::domain
