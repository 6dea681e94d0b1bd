#include "contracts/canonical_json.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <stdexcept>
#include <vector>

namespace zhida::contracts {
namespace {

/// Order of UTF-16 code units. It differs from byte order only between U+E000–U+FFFF (lead bytes EE, EF) and what lies above (F0–F4),
/// which UTF-16 writes with surrogates D800–DFFF.
bool less_in_utf16(std::string_view a, std::string_view b) {
  const auto [x, y] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  if (x == a.end() || y == b.end()) return y != b.end();
  const auto left = static_cast<unsigned char>(*x), right = static_cast<unsigned char>(*y);
  const bool left_above = left >= 0xF0, right_above = right >= 0xF0;
  const bool left_private = left == 0xEE || left == 0xEF, right_private = right == 0xEE || right == 0xEF;
  if (left_above && right_private) return true;
  if (left_private && right_above) return false;
  return left < right;
}

void append(std::string& out, const Json& value) {
  JsonWriter writer(out);
  if (value.IsObject()) {
    std::vector<Json::ConstMemberIterator> members;
    for (auto member = value.MemberBegin(); member != value.MemberEnd(); ++member) members.push_back(member);
    std::sort(members.begin(), members.end(), [](auto a, auto b) { return less_in_utf16(text_of(a->name), text_of(b->name)); });
    out.push_back('{');
    bool first = true;
    for (const auto member : members) {
      if (!first) out.push_back(',');
      first = false;
      JsonWriter(out).value(text_of(member->name));
      out.push_back(':');
      append(out, member->value);
    }
    out.push_back('}');
  } else if (value.IsArray()) {
    out.push_back('[');
    for (rapidjson::SizeType i = 0; i < value.Size(); ++i) {
      if (i > 0) out.push_back(',');
      append(out, value[i]);
    }
    out.push_back(']');
  } else if (value.IsDouble()) {
    append_ecmascript_number(out, value.GetDouble());
  } else {
    writer.copy(value);
  }
}

}  // namespace

std::string canonical_json(const Json& value) {
  std::string text;
  append(text, value);
  return text;
}

void append_ecmascript_number(std::string& out, double number) {
  if (!std::isfinite(number)) throw std::invalid_argument("JSON has no infinite numbers");
  if (number == 0) {
    out.push_back('0');
    return;
  }
  if (number < 0) out.push_back('-');
  // The shortest digits that read back to the same double, d.ddde±x.
  std::array<char, 40> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), std::abs(number), std::chars_format::scientific).ptr;
  const std::string_view scientific(text.data(), static_cast<std::size_t>(end - text.data()));
  const std::size_t exponent_at = scientific.find('e');
  std::string digits(1, scientific[0]);
  if (exponent_at > 2) digits += scientific.substr(2, exponent_at - 2);
  int exponent = 0;
  const char* exponent_begin = scientific.data() + exponent_at + (scientific[exponent_at + 1] == '+' ? 2 : 1);
  std::from_chars(exponent_begin, scientific.data() + scientific.size(), exponent);

  const int count = static_cast<int>(digits.size());
  const int point = exponent + 1;  // digits before the decimal point
  if (count <= point && point <= 21) {
    out += digits;
    out.append(static_cast<std::size_t>(point - count), '0');
  } else if (0 < point && point <= 21) {
    out += digits.substr(0, static_cast<std::size_t>(point)) + "." + digits.substr(static_cast<std::size_t>(point));
  } else if (-6 < point && point <= 0) {
    out += "0." + std::string(static_cast<std::size_t>(-point), '0') + digits;
  } else {
    out.push_back(digits[0]);
    if (count > 1) out += "." + digits.substr(1);
    out += exponent < 0 ? "e-" : "e+";
    out += std::to_string(std::abs(exponent));
  }
}

}  // namespace zhida::contracts
