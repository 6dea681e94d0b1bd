#include "cel/nearest.hpp"
#include "cel/print.hpp"
#include "cel/utf8.hpp"
#include "matching/date.hpp"
#include "matching/dictionary.hpp"

#include <re2/re2.h>

#include <algorithm>

namespace zhida::matching {
namespace {

using cel::Kind;
using cel::Value;

constexpr std::size_t longest_text = 1000;
constexpr std::size_t longest_list = 1000;

Reading mistake(const Attribute& attribute, const std::string& en, const std::string& zh) {
  return {Value::missing(), Mistake{attribute.name + ": " + en, attribute.label_zh + "：" + zh}};
}

Reading wrong_type(const Attribute& attribute, const char* en, const char* zh) {
  return mistake(attribute, std::string("must be ") + en, std::string("应为") + zh);
}

std::string shown(std::string_view text) {
  constexpr std::size_t most = 60;
  if (text.size() <= most) return std::string(text);
  std::size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "…";
}

/// Bounds of a sane value: what lies beyond is a slip of the unit or of the pen.
struct Bounds {
  double least, most;
};

Bounds bounds_of(const Attribute& attribute) {
  constexpr double quadrillion = 1e15;
  const std::string_view unit = attribute.unit;
  if (unit == "cny") return {attribute.may_be_negative ? -quadrillion : 0, quadrillion};
  if (unit == "ratio") return attribute.may_be_negative ? Bounds{-1000, 1000} : Bounds{0, 1};
  if (unit == "year") return {1900, 2100};
  if (unit == "years") return {0, 1'000};
  if (unit == "months") return {0, 12'000};
  if (unit == "score") return {0, 1'000};
  return {0, 1e9};
}

Reading outside(const Attribute& attribute, const std::string& value, Bounds bounds) {
  const auto plain = [](double bound) { return std::to_string(static_cast<std::int64_t>(bound)); };
  const std::string range = plain(bounds.least) + ".." + plain(bounds.most);
  return mistake(attribute, value + " lies outside " + range, value + " 超出合理范围 " + range);
}

Reading integer(const Attribute& attribute, std::int64_t value) {
  const Bounds bounds = bounds_of(attribute);
  const bool never = value == 0 && attribute.unit == "year";  // the year of something that never was
  const auto number = static_cast<double>(value);
  if (!never && (number < bounds.least || number > bounds.most)) return outside(attribute, std::to_string(value), bounds);
  return {Value::integer(value), std::nullopt};
}

Reading real(const Attribute& attribute, double value) {
  const Bounds bounds = bounds_of(attribute);
  if (!(value >= bounds.least && value <= bounds.most)) return outside(attribute, cel::print(Value::real(value)), bounds);
  return {Value::real(value), std::nullopt};
}

/// Text of the attribute's vocabulary or form; the dictionary's own text where there is a vocabulary.
Reading text(const Attribute& attribute, const re2::RE2* expression, std::string_view value) {
  if (attribute.closed()) {
    if (const Code* const code = attribute.find_code(value)) return {Value::string(code->code), std::nullopt};
    std::vector<std::string_view> codes;
    for (const Code& code : attribute.codes) codes.push_back(code.code);
    const std::string near(cel::nearest(value, codes));
    return mistake(attribute, "'" + shown(value) + "' is not in its vocabulary" + (near.empty() ? "" : "; did you mean '" + near + "'?"),
                   "“" + shown(value) + "”不在代码表中" + (near.empty() ? "" : "，是否应为“" + near + "”？"));
  }
  if (value.size() > longest_text) return mistake(attribute, "longer than 1000 bytes", "超过1000字节");
  if (cel::first_invalid_utf8(value)) return mistake(attribute, "not valid UTF-8", "不是有效的UTF-8编码");
  if (expression && !re2::RE2::FullMatch(re2::StringPiece(value.data(), value.size()), *expression))
    return mistake(attribute, "'" + shown(value) + "' does not have the form " + attribute.pattern,
                   "“" + shown(value) + "”不符合格式 " + attribute.pattern);
  return {Value::string(value), std::nullopt};
}

Reading date(const Attribute& attribute, std::string_view value) {
  const auto day = parse_date(value);
  if (!day)
    return mistake(attribute, "'" + shown(value) + "' is no date that exists, written YYYY-MM-DD",
                   "“" + shown(value) + "”不是存在的日期（写法 YYYY-MM-DD）");
  using namespace std::chrono;
  if (*day < sys_days(year(1900) / 1 / 1) || *day > sys_days(year(2100) / 12 / 31))
    return mistake(attribute, "the date lies outside 1900..2100", "日期超出 1900..2100 年");
  return {midnight(*day), std::nullopt};
}

Reading list(const Attribute& attribute, const re2::RE2* expression, std::span<const std::string_view> values, cel::Arena& arena) {
  if (values.size() > longest_list) return mistake(attribute, "more than 1000 elements", "超过1000个元素");
  Value* const elements = static_cast<Value*>(arena.allocate(std::max<std::size_t>(1, values.size()) * sizeof(Value)));
  if (!elements) return mistake(attribute, "the list is too long", "列表过长");
  for (std::size_t i = 0; i < values.size(); ++i) {
    Reading reading = text(attribute, expression, values[i]);
    if (reading.mistake) return reading;
    elements[i] = reading.value;
  }
  std::sort(elements, elements + values.size(), [](const Value& a, const Value& b) { return a.as_string() < b.as_string(); });
  Value* const end =
      std::unique(elements, elements + values.size(), [](const Value& a, const Value& b) { return a.as_string() == b.as_string(); });
  return {Value::list({elements, static_cast<std::size_t>(end - elements)}), std::nullopt};
}

std::string word_zh(const Attribute& attribute, std::string_view code) {
  const Code* const word = attribute.find_code(code);
  return word ? word->label_zh + " (" + word->code + ")" : std::string(code);
}

}  // namespace

RawValue RawValue::of(bool value) {
  RawValue raw;
  raw.kind = Kind::boolean;
  raw.boolean = value;
  return raw;
}
RawValue RawValue::of(std::int64_t value) {
  RawValue raw;
  raw.kind = Kind::integer;
  raw.integer = value;
  return raw;
}
RawValue RawValue::of(double value) {
  RawValue raw;
  raw.kind = Kind::real;
  raw.real = value;
  return raw;
}
RawValue RawValue::of(std::string_view value) {
  RawValue raw;
  raw.kind = Kind::text;
  raw.text = value;
  return raw;
}
RawValue RawValue::of(std::span<const std::string_view> value) {
  RawValue raw;
  raw.kind = Kind::list;
  raw.list = value;
  return raw;
}

Reading Dictionary::read(const Attribute& attribute, const RawValue& raw, cel::Arena& arena) const {
  using Raw = RawValue::Kind;
  const re2::RE2* const expression = attribute.expression_.get();
  if (attribute.type.is_list())
    return raw.kind == Raw::list ? list(attribute, expression, raw.list, arena) : wrong_type(attribute, "a list of strings", "字符串列表");
  switch (attribute.type.scalar) {
    case Kind::boolean:
      if (raw.kind == Raw::boolean) return {Value::boolean(raw.boolean), std::nullopt};
      return wrong_type(attribute, "true or false", " true 或 false");
    case Kind::integer:
      if (raw.kind == Raw::integer) return integer(attribute, raw.integer);
      return wrong_type(attribute, "a whole number", "整数");
    case Kind::real:
      if (raw.kind == Raw::integer) return real(attribute, static_cast<double>(raw.integer));
      if (raw.kind == Raw::real) return real(attribute, raw.real);
      return wrong_type(attribute, "a number", "数字");
    case Kind::timestamp:
      if (raw.kind == Raw::text) return date(attribute, raw.text);
      return wrong_type(attribute, "a date written YYYY-MM-DD", "日期（写法 YYYY-MM-DD）");
    default:
      if (raw.kind == Raw::text) return text(attribute, expression, raw.text);
      return wrong_type(attribute, "a string", "字符串");
  }
}

std::string render_zh(const Attribute& attribute, const Value& value) {
  switch (value.kind()) {
    case Kind::boolean:
      return value.as_boolean() ? "是" : "否";
    case Kind::integer:
      return std::to_string(value.as_integer());
    case Kind::real: {
      std::string text = std::to_string(value.as_real());
      text.erase(text.find_last_not_of('0') + 1);
      if (text.back() == '.') text.pop_back();
      return text;
    }
    case Kind::string:
      return word_zh(attribute, value.as_string());
    case Kind::timestamp:
      return format_date(day_of(value));
    case Kind::duration:
      return std::to_string(value.seconds()) + "s";
    case Kind::list: {
      std::string text;
      for (const Value& element : value.as_list()) text += (text.empty() ? "" : "、") + render_zh(attribute, element);
      return text.empty() ? "无" : text;
    }
    default:
      return "";
  }
}

}  // namespace zhida::matching
