#include "domain/date_time.hpp"

#include <cstddef>

namespace zhida::domain {
namespace {

/// The number in `count` digits at `text[at]`, or -1.
constexpr int digits(std::string_view text, std::size_t at, std::size_t count) {
  if (text.size() < at + count) return -1;
  int number = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    number = number * 10 + (text[i] - '0');
  }
  return number;
}

/// Minutes east of UTC in `Z`, `z` or `±hh:mm`.
std::optional<std::chrono::minutes> offset_in(std::string_view text) {
  if (text == "Z" || text == "z") return std::chrono::minutes(0);
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return std::nullopt;
  const int hours = digits(text, 1, 2), minutes = digits(text, 4, 2);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return std::nullopt;
  const int total = hours * 60 + minutes;
  return std::chrono::minutes(text[0] == '-' ? -total : total);
}

void append_number(std::string& out, int number, int width) {
  for (int unit = width == 4 ? 1000 : width == 3 ? 100 : 10; unit > 0; unit /= 10)
    out.push_back(static_cast<char>('0' + number / unit % 10));
}

char digit(int number) { return static_cast<char>('0' + number % 10); }

}  // namespace

std::optional<Date> parse_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const int year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2);
  if (year < 1 || month < 0 || day < 0) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  return Date(date);
}

std::optional<Instant> parse_instant(std::string_view text) {
  if (text.size() < 20 || (text[10] != 'T' && text[10] != 't') || text[13] != ':' || text[16] != ':') return std::nullopt;
  const auto date = parse_date(text.substr(0, 10));
  const int hour = digits(text, 11, 2), minute = digits(text, 14, 2), second = digits(text, 17, 2);
  if (!date || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return std::nullopt;

  std::size_t at = 19;
  int milliseconds = 0;
  if (text[at] == '.') {
    const std::size_t first = ++at;
    for (int unit = 100; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, unit /= 10) milliseconds += unit * (text[at] - '0');
    if (at == first) return std::nullopt;
  }
  const auto offset = offset_in(text.substr(at));
  if (!offset) return std::nullopt;
  return Instant(*date) + std::chrono::hours(hour) + std::chrono::minutes(minute) + std::chrono::seconds(second) +
         std::chrono::milliseconds(milliseconds) - *offset;
}

void append_date(std::string& out, Date date) {
  const std::chrono::year_month_day parts(date);
  const int year = static_cast<int>(parts.year());
  const int month = static_cast<int>(static_cast<unsigned>(parts.month())), day = static_cast<int>(static_cast<unsigned>(parts.day()));
  const char text[] = {digit(year / 1000), digit(year / 100), digit(year / 10), digit(year), '-', digit(month / 10), digit(month), '-',
                       digit(day / 10),    digit(day)};
  out.append(text, sizeof text);
}

void append_instant(std::string& out, Instant instant) {
  const Date date = date_of(instant);
  const auto within = static_cast<int>((instant + shanghai_offset - Instant(date)).count());
  append_date(out, date);
  out.push_back('T');
  append_number(out, within / 3'600'000, 2);
  out.push_back(':');
  append_number(out, within / 60'000 % 60, 2);
  out.push_back(':');
  append_number(out, within / 1000 % 60, 2);
  if (within % 1000 != 0) {
    out.push_back('.');
    append_number(out, within % 1000, 3);
  }
  out += "+08:00";
}

std::string format_date(Date date) {
  std::string text;
  append_date(text, date);
  return text;
}

std::string format_instant(Instant instant) {
  std::string text;
  append_instant(text, instant);
  return text;
}

}  // namespace zhida::domain
