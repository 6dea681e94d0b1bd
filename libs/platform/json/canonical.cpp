#include "platform/json/canonical.hpp"

#include "platform/json/writer.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <stdexcept>
#include <vector>

namespace zhida::json {
namespace {

/// Order of UTF-16 units, which differs from byte order only where a code point beyond U+FFFF (bytes F0…F4) meets U+E000…U+FFFF (EE, EF).
bool utf16_less(std::string_view a, std::string_view b) {
  const auto [x, y] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  if (x == a.end() || y == b.end()) return y != b.end();
  const auto first = static_cast<unsigned char>(*x);
  const auto second = static_cast<unsigned char>(*y);
  const bool first_is_pair = first >= 0xF0, second_is_pair = second >= 0xF0;
  if (first_is_pair && (second == 0xEE || second == 0xEF)) return true;
  if (second_is_pair && (first == 0xEE || first == 0xEF)) return false;
  return first < second;
}

void append(std::string& out, const Value& value) {
  if (value.IsObject()) {
    std::vector<const Value::Member*> members;
    for (const auto& member : value.GetObject()) members.push_back(&member);
    std::ranges::sort(members, [](const auto* a, const auto* b) { return utf16_less(text_of(a->name), text_of(b->name)); });
    out += '{';
    for (const auto* member : members) {
      if (member != members.front()) out += ',';
      append_string(out, text_of(member->name));
      out += ':';
      append(out, member->value);
    }
    out += '}';
  } else if (value.IsArray()) {
    out += '[';
    bool first = true;
    for (const Value& element : value.GetArray()) {
      if (!first) out += ',';
      first = false;
      append(out, element);
    }
    out += ']';
  } else if (value.IsString()) {
    append_string(out, text_of(value));
  } else if (value.IsInt64()) {
    out += std::to_string(value.GetInt64());
  } else if (value.IsUint64()) {
    out += std::to_string(value.GetUint64());
  } else if (value.IsDouble()) {
    append_es_number(out, value.GetDouble());
  } else {
    out += value.IsNull() ? "null" : value.GetBool() ? "true" : "false";
  }
}

}  // namespace

void append_es_number(std::string& out, double number) {
  if (!std::isfinite(number)) throw std::invalid_argument("JSON has no such number");
  if (number == 0) {  // also of -0
    out += '0';
    return;
  }
  // Shortest digits d.ddd e±x, then the layout of ECMA-262 Number::toString: n = exponent + 1 digits before the point.
  char text[40];
  const char* end = std::to_chars(text, text + sizeof text, std::fabs(number), std::chars_format::scientific).ptr;
  const std::string_view scientific(text, static_cast<std::size_t>(end - text));
  const auto e = scientific.find('e');
  std::string digits(1, scientific[0]);
  if (e > 2) digits.append(scientific.substr(2, e - 2));
  int exponent = 0;
  const char* from = text + e + 1;
  std::from_chars(*from == '+' ? from + 1 : from, end, exponent);

  const int count = static_cast<int>(digits.size());
  const int before = exponent + 1;
  if (number < 0) out += '-';
  if (count <= before && before <= 21) {
    out.append(digits).append(static_cast<std::size_t>(before - count), '0');
  } else if (0 < before && before <= 21) {
    out.append(digits, 0, static_cast<std::size_t>(before)).append(".").append(digits, static_cast<std::size_t>(before));
  } else if (-6 < before && before <= 0) {
    out.append("0.").append(static_cast<std::size_t>(-before), '0').append(digits);
  } else {
    out += digits[0];
    if (count > 1) out.append(".").append(digits, 1);
    out.append(exponent < 0 ? "e-" : "e+").append(std::to_string(std::abs(exponent)));
  }
}

std::string canonical(const Value& value) {
  std::string out;
  append(out, value);
  return out;
}

std::string canonical(std::string_view text) {
  ParseLimits limits;
  limits.bytes = text.size();
  const Parsed parsed = parse(std::string(text), limits);
  if (!parsed) throw std::invalid_argument("no JSON: " + parsed.error().field.detail);
  return canonical(*parsed);
}

}  // namespace zhida::json
