#include "domain/policy/quantity.hpp"

#include "cel/print.hpp"
#include "cel/time.hpp"

#include <array>
#include <charconv>

namespace zhida::policy {
namespace {

constexpr std::int64_t wan = 10'000, yi = 100'000'000;

/// Without a trailing zero after the point.
std::string plain(double value) {
  std::array<char, 64> buffer{};
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed);
  if (error != std::errc{}) return cel::print(cel::Value::real(value));
  return {buffer.data(), end};
}

/// 0.055 as 5.5: by the decimal digits, because 100 * 0.055 is not 5.5 in binary.
std::string percent(double share) {
  std::array<char, 64> buffer{};
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), share * 100, std::chars_format::general, 12);
  double rounded = 0;
  std::from_chars(buffer.data(), end, rounded);
  return plain(rounded) + "%";
}

/// A whole multiple of ten thousand (or a hundred million, in steps of a million) in that unit.
std::string money(std::int64_t yuan) {
  if (yuan != 0 && yuan % (yi / 100) == 0 && (yuan >= yi || yuan <= -yi))
    return plain(static_cast<double>(yuan) / static_cast<double>(yi)) + "亿元";
  if (yuan != 0 && yuan % wan == 0) return std::to_string(yuan / wan) + "万元";
  return std::to_string(yuan) + "元";
}

std::string_view measure(std::string_view unit) {
  struct Measure {
    std::string_view unit, word;
  };
  constexpr std::array measures{Measure{"persons", "人"}, Measure{"months", "个月"}, Measure{"years", "年"},         Measure{"days", "天"},
                                Measure{"year", "年"},    Measure{"score", "分"},    Measure{"person_days", "人天"}, Measure{"cny", "元"}};
  for (const Measure& each : measures)
    if (each.unit == unit) return each.word;
  return "";
}

}  // namespace

std::string quantity_zh(const cel::Value& number, std::string_view unit) {
  if (unit == "ratio") return percent(number.kind() == cel::Kind::real ? number.as_real() : static_cast<double>(number.as_integer()));
  if (unit == "cny" && number.kind() == cel::Kind::integer) return money(number.as_integer());
  const std::string digits = number.kind() == cel::Kind::real ? plain(number.as_real()) : std::to_string(number.as_integer());
  return digits + std::string(measure(unit));
}

std::string instant_zh(const cel::Value& timestamp) {
  constexpr std::int64_t shanghai = 8 * 3600;
  const cel::CivilTime t = cel::civil_time(timestamp, shanghai);
  std::string text = std::to_string(t.year) + "年" + std::to_string(t.month) + "月" + std::to_string(t.day) + "日";
  if (t.hour != 0 || t.minute != 0 || t.second != 0) text += std::to_string(t.hour) + "时" + std::to_string(t.minute) + "分";
  if (t.second != 0) text += std::to_string(t.second) + "秒";
  return text;
}

std::string duration_zh(const cel::Value& duration) {
  const std::int64_t seconds = duration.seconds();
  if (duration.nanos() != 0) return plain(static_cast<double>(seconds) + duration.nanos() / 1e9) + "秒";
  if (seconds != 0 && seconds % 86'400 == 0) return std::to_string(seconds / 86'400) + "天";
  if (seconds != 0 && seconds % 3'600 == 0) return std::to_string(seconds / 3'600) + "小时";
  if (seconds != 0 && seconds % 60 == 0) return std::to_string(seconds / 60) + "分钟";
  return std::to_string(seconds) + "秒";
}

}  // namespace zhida::policy
