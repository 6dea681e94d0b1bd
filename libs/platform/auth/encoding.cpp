#include "platform/auth/encoding.hpp"

#include <array>
#include <cstdint>

namespace zhida::auth {
namespace {

constexpr std::string_view standard_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view url_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view hex_alphabet = "0123456789abcdef";

using Table = std::array<std::int8_t, 256>;

constexpr Table inverse(std::string_view alphabet) {
  Table table{};
  table.fill(-1);
  for (std::size_t i = 0; i < alphabet.size(); ++i) table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::int8_t>(i);
  return table;
}

std::string encode(std::string_view bytes, std::string_view alphabet) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const char c : bytes) {
    bits = (bits << 8U) | static_cast<unsigned char>(c);
    for (held += 8; held >= 6;) {
      held -= 6;
      text += alphabet[(bits >> held) & 63U];
    }
  }
  if (held > 0) text += alphabet[(bits << (6 - held)) & 63U];
  return text;
}

std::optional<std::string> decode(std::string_view text, const Table& table) {
  if (text.size() % 4 == 1) return std::nullopt;
  std::string bytes;
  bytes.reserve(text.size() * 3 / 4);
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const char c : text) {
    const std::int8_t value = table[static_cast<unsigned char>(c)];
    if (value < 0) return std::nullopt;
    bits = (bits << 6U) | static_cast<std::uint32_t>(value);
    held += 6;
    if (held >= 8) {
      held -= 8;
      bytes += static_cast<char>((bits >> held) & 255U);
    }
  }
  if ((bits & ((1U << held) - 1U)) != 0) return std::nullopt;
  return bytes;
}

}  // namespace

std::string base64(std::string_view bytes) {
  std::string text = encode(bytes, standard_alphabet);
  text.append((4 - text.size() % 4) % 4, '=');
  return text;
}

std::string base64url(std::string_view bytes) { return encode(bytes, url_alphabet); }

std::string hex(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    text += hex_alphabet[static_cast<unsigned char>(c) >> 4U];
    text += hex_alphabet[static_cast<unsigned char>(c) & 15U];
  }
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  static constexpr Table table = inverse(standard_alphabet);
  if (text.size() % 4 != 0) return std::nullopt;
  for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
  return decode(text, table);
}

std::optional<std::string> from_base64url(std::string_view text) {
  static constexpr Table table = inverse(url_alphabet);
  return decode(text, table);
}

std::optional<std::string> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i] >= 'A' && text[i] <= 'F' ? static_cast<char>(text[i] + 32) : text[i];
    const auto digit = hex_alphabet.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    if (i % 2 == 0)
      bytes += static_cast<char>(digit << 4U);
    else
      bytes.back() = static_cast<char>(static_cast<unsigned char>(bytes.back()) | digit);
  }
  return bytes;
}

}  // namespace zhida::auth
