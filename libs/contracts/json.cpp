#include "contracts/json.hpp"

#include <rapidjson/error/en.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <stdexcept>

namespace zhida::contracts {
namespace {

constexpr std::size_t buffer_size = 64 * 1024;

/// RapidJSON lets `\udc00` through and writes it as the three bytes ED B0 80, which are not UTF-8.
bool has_lone_surrogate(std::string_view text) {
  for (auto at = text.find('\xED'); at != std::string_view::npos; at = text.find('\xED', at + 1))
    if (at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) >= 0xA0) return true;
  return false;
}

bool has_member_twice(const Json& object) {
  const auto members = object.MemberCount();
  if (members <= 24) {
    for (auto a = object.MemberBegin(); a != object.MemberEnd(); ++a)
      for (auto b = object.MemberBegin(); b != a; ++b)
        if (text_of(a->name) == text_of(b->name)) return true;
    return false;
  }
  std::vector<std::string_view> names;
  names.reserve(members);
  for (auto member = object.MemberBegin(); member != object.MemberEnd(); ++member) names.push_back(text_of(member->name));
  std::sort(names.begin(), names.end());
  return std::adjacent_find(names.begin(), names.end()) != names.end();
}

enum class Flaw { none, depth, surrogate, twice };

Flaw flaw_in(const Json& value, int depth) {
  if (value.IsString()) return has_lone_surrogate(text_of(value)) ? Flaw::surrogate : Flaw::none;
  if (!value.IsObject() && !value.IsArray()) return Flaw::none;
  if (depth == JsonText::max_depth) return Flaw::depth;
  if (value.IsArray()) {
    for (const Json& element : value.GetArray())
      if (const Flaw flaw = flaw_in(element, depth + 1); flaw != Flaw::none) return flaw;
    return Flaw::none;
  }
  if (has_member_twice(value)) return Flaw::twice;
  for (const auto& member : value.GetObject()) {
    if (has_lone_surrogate(text_of(member.name))) return Flaw::surrogate;
    if (const Flaw flaw = flaw_in(member.value, depth + 1); flaw != Flaw::none) return flaw;
  }
  return Flaw::none;
}

}  // namespace

void append_pointer(std::string& pointer, std::string_view name) {
  pointer.push_back('/');
  for (const char c : name) {
    if (c == '~')
      pointer += "~0";
    else if (c == '/')
      pointer += "~1";
    else
      pointer.push_back(c);
  }
}

JsonText::JsonText() : buffer_(buffer_size), allocator_(buffer_.data(), buffer_.size()), document_(&allocator_) {}

bool JsonText::refuse(std::string detail, std::string detail_zh) {
  error_ = {"", "malformed", std::move(detail), std::move(detail_zh)};
  return false;
}

const Json* JsonText::parse(std::string_view text) {
  document_.SetNull();
  allocator_.Clear();
  // Without full precision RapidJSON reads some decimals as the double next to the right one.
  constexpr unsigned flags = rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag | rapidjson::kParseFullPrecisionFlag;
  // A null data() of an empty view would be read as a null pointer.
  document_.Parse<flags>(text.empty() ? "" : text.data(), text.size());
  if (document_.HasParseError()) {
    const std::string offset = std::to_string(document_.GetErrorOffset());
    refuse("not JSON: " + std::string(rapidjson::GetParseError_En(document_.GetParseError())) + " At byte " + offset + ".",
           "不是合法的 JSON，错误在第 " + offset + " 字节处。");
    return nullptr;
  }
  bool good = true;
  switch (flaw_in(document_, 0)) {
    case Flaw::none:
      break;
    case Flaw::depth:
      good = refuse("JSON nested deeper than " + std::to_string(max_depth) + " levels.",
                    "JSON 嵌套超过 " + std::to_string(max_depth) + " 层。");
      break;
    case Flaw::surrogate:
      good = refuse("a string holds half a surrogate pair.", "字符串中含有不成对的代理字符。");
      break;
    case Flaw::twice:
      good = refuse("an object has the same member twice.", "对象中有重复的成员。");
      break;
  }
  return good ? &document_ : nullptr;
}

JsonReader::JsonReader(const Json& value, FieldErrors& errors, std::string pointer)
    : value_(value), errors_(errors), pointer_(std::move(pointer)), is_object_(value.IsObject()) {
  if (!is_object_) wrong_type(pointer_, "an object", "对象");
}

const Json* JsonReader::find(std::string_view name) const {
  if (!is_object_) return nullptr;
  for (auto member = value_.MemberBegin(); member != value_.MemberEnd(); ++member)
    if (text_of(member->name) == name) return &member->value;
  return nullptr;
}

const Json* JsonReader::object(std::string_view name) {
  const Json* value = find(name);
  if (value == nullptr) {
    if (is_object_) missing(name);
    return nullptr;
  }
  if (value->IsObject()) return value;
  wrong_type(child(name), "an object", "对象");
  return nullptr;
}

std::vector<const Json*> JsonReader::elements(std::string_view name) {
  std::vector<const Json*> found;
  const Json* value = find(name);
  if (value == nullptr || value->IsNull()) return found;
  if (!value->IsArray()) {
    wrong_type(child(name), "an array", "数组");
    return found;
  }
  found.reserve(value->Size());
  for (const Json& element : value->GetArray()) found.push_back(&element);
  return found;
}

void JsonReader::only(std::initializer_list<std::string_view> names) {
  if (!is_object_) return;
  for (auto member = value_.MemberBegin(); member != value_.MemberEnd(); ++member) {
    const std::string_view name = text_of(member->name);
    if (std::find(names.begin(), names.end(), name) == names.end())
      report(name, "unknown_member", "there is no such member.", "没有这个字段。");
  }
}

void JsonReader::report(std::string_view name, std::string code, std::string detail, std::string detail_zh) {
  errors_.push_back({child(name), std::move(code), std::move(detail), std::move(detail_zh)});
}

std::string JsonReader::child(std::string_view name) const {
  std::string pointer = pointer_;
  append_pointer(pointer, name);
  return pointer;
}

std::string JsonReader::child(std::string_view name, std::size_t index) const { return child(name) + "/" + std::to_string(index); }

void JsonReader::missing(std::string_view name) { report(name, "required", "is required.", "必填。"); }

bool JsonReader::wrong_type(const std::string& pointer, std::string_view expected, std::string_view expected_zh) {
  errors_.push_back({pointer, "type", "must be " + std::string(expected) + ".", "应为" + std::string(expected_zh) + "。"});
  return false;
}

bool JsonReader::not_one_of(const std::string& pointer, const std::string& names) {
  errors_.push_back({pointer, "enum", "must be one of " + names + ".", "应为以下之一：" + names + "。"});
  return false;
}

bool JsonReader::take(const Json& value, const std::string& pointer, bool& out) {
  if (!value.IsBool()) return wrong_type(pointer, "true or false", "布尔值");
  out = value.GetBool();
  return true;
}

bool JsonReader::take(const Json& value, const std::string& pointer, int& out) {
  if (!value.IsInt()) return wrong_type(pointer, "an integer below 2^31", "整数");
  out = value.GetInt();
  return true;
}

bool JsonReader::take(const Json& value, const std::string& pointer, std::int64_t& out) {
  if (!value.IsInt64()) return wrong_type(pointer, "an integer", "整数");
  out = value.GetInt64();
  return true;
}

bool JsonReader::take(const Json& value, const std::string& pointer, double& out) {
  if (!value.IsNumber()) return wrong_type(pointer, "a number", "数字");
  out = value.GetDouble();
  return true;
}

bool JsonReader::take(const Json& value, const std::string& pointer, std::string& out) {
  if (!value.IsString()) return wrong_type(pointer, "a string", "字符串");
  out.assign(value.GetString(), value.GetStringLength());
  return true;
}

bool JsonReader::take(const Json& value, const std::string& pointer, Date& out) {
  const auto date = value.IsString() ? domain::parse_date(text_of(value)) : std::nullopt;
  if (!date) {
    errors_.push_back({pointer, "date", "must be a date that exists, as YYYY-MM-DD.", "应为存在的日期，格式为 YYYY-MM-DD。"});
    return false;
  }
  out = *date;
  return true;
}

bool JsonReader::take(const Json& value, const std::string& pointer, Instant& out) {
  const auto instant = value.IsString() ? domain::parse_instant(text_of(value)) : std::nullopt;
  if (!instant) {
    errors_.push_back({pointer, "time", "must be an RFC 3339 time with an offset.", "应为带时区的 RFC 3339 时间。"});
    return false;
  }
  out = *instant;
  return true;
}

namespace {

bool is_escaped(unsigned char c) { return c < 0x20 || c == '"' || c == '\\'; }

/// Place of the next character that JSON writes with a backslash; the size of `text` if there is none. Eight bytes at a time: nearly all
/// texts have none.
std::size_t first_to_escape(std::string_view text, std::size_t from) {
  constexpr std::uint64_t ones = 0x0101010101010101, high = 0x8080808080808080;
  const auto zero = [](std::uint64_t v) { return (v - ones) & ~v & high; };
  for (; text.size() - from >= 8; from += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + from, 8);
    if ((zero(word ^ (ones * '"')) | zero(word ^ (ones * '\\')) | ((word - ones * 0x20) & ~word & high)) != 0) break;
  }
  while (from < text.size() && !is_escaped(static_cast<unsigned char>(text[from]))) ++from;
  return from;
}

}  // namespace

void JsonWriter::separate() {
  if (out_.size() == start_) return;
  const char last = out_.back();
  if (last != '{' && last != '[' && last != ':') out_.push_back(',');
}

void JsonWriter::open(char bracket) {
  separate();
  out_.push_back(bracket);
}

void JsonWriter::key(std::string_view name) {
  value(name);
  out_.push_back(':');
}

void JsonWriter::null() { raw("null"); }

void JsonWriter::value(bool flag) { raw(flag ? "true" : "false"); }

void JsonWriter::value(std::int64_t number) {
  std::array<char, 24> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  raw({text.data(), static_cast<std::size_t>(end - text.data())});
}

void JsonWriter::value(std::uint64_t number) {
  std::array<char, 24> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  raw({text.data(), static_cast<std::size_t>(end - text.data())});
}

void JsonWriter::value(double number) {
  if (!std::isfinite(number)) throw std::invalid_argument("JSON has no infinite numbers");
  std::array<char, 40> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  const std::string_view digits(text.data(), static_cast<std::size_t>(end - text.data()));
  raw(digits);
  if (digits.find_first_of(".e") == std::string_view::npos) out_ += ".0";
}

void JsonWriter::value(std::string_view text) {
  separate();
  std::size_t done = 0;
  std::size_t i = first_to_escape(text, 0);
  if (i == text.size()) {  // as nearly every text
    const std::size_t at = out_.size();
    out_.resize(at + text.size() + 2, '"');
    std::copy(text.begin(), text.end(), out_.begin() + static_cast<std::ptrdiff_t>(at + 1));
    return;
  }
  out_.push_back('"');
  for (; i < text.size(); i = first_to_escape(text, i + 1)) {
    const auto c = static_cast<unsigned char>(text[i]);
    out_.append(text, done, i - done);
    done = i + 1;
    out_.push_back('\\');
    switch (c) {
      case '"':
      case '\\':
        out_.push_back(static_cast<char>(c));
        break;
      case '\b':
        out_.push_back('b');
        break;
      case '\f':
        out_.push_back('f');
        break;
      case '\n':
        out_.push_back('n');
        break;
      case '\r':
        out_.push_back('r');
        break;
      case '\t':
        out_.push_back('t');
        break;
      default:
        out_ += "u00";
        out_.push_back("0123456789abcdef"[c >> 4]);
        out_.push_back("0123456789abcdef"[c & 15]);
    }
  }
  out_.append(text, done, text.size() - done);
  out_.push_back('"');
}

void JsonWriter::value(Date date) {
  separate();
  out_.push_back('"');
  domain::append_date(out_, date);
  out_.push_back('"');
}

void JsonWriter::value(Instant instant) {
  separate();
  out_.push_back('"');
  domain::append_instant(out_, instant);
  out_.push_back('"');
}

void JsonWriter::raw(std::string_view json) {
  separate();
  out_ += json;
}

void JsonWriter::copy(const Json& json) {
  if (json.IsNull()) return null();
  if (json.IsBool()) return value(json.GetBool());
  if (json.IsString()) return value(text_of(json));
  if (json.IsInt64()) return value(json.GetInt64());
  if (json.IsUint64()) return value(json.GetUint64());
  if (json.IsNumber()) return value(json.GetDouble());
  if (json.IsArray()) {
    begin_array();
    for (const Json& element : json.GetArray()) copy(element);
    return end_array();
  }
  begin_object();
  for (const auto& member : json.GetObject()) {
    key(text_of(member.name));
    copy(member.value);
  }
  end_object();
}

}  // namespace zhida::contracts
