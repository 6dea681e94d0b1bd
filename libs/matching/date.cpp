#include "matching/date.hpp"

#include <cstdio>

namespace zhida::matching {

using namespace std::chrono;

cel::Value midnight(sys_days day) { return cel::Value::timestamp((sys_seconds(day) - shanghai_offset).time_since_epoch().count()); }

sys_days day_of(const cel::Value& timestamp) { return floor<days>(sys_seconds(seconds(timestamp.seconds())) + shanghai_offset); }

std::optional<sys_days> parse_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto number = [&](std::size_t from, std::size_t count) {
    int value = 0;
    for (const char c : text.substr(from, count)) {
      if (c < '0' || c > '9') return -1;
      value = value * 10 + (c - '0');
    }
    return value;
  };
  const int y = number(0, 4), m = number(5, 2), d = number(8, 2);
  if (y < 0 || m < 0 || d < 0) return std::nullopt;
  const year_month_day date{year(y), month(static_cast<unsigned>(m)), day(static_cast<unsigned>(d))};
  if (!date.ok()) return std::nullopt;
  return sys_days(date);
}

std::string format_date(sys_days day) {
  const year_month_day date(day);
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%04d-%02u-%02u", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()));
  return buffer;
}

}  // namespace zhida::matching
