#include "domain/enterprise/uscc.hpp"

#include <xxhash.h>

#include <algorithm>

namespace zhida::enterprise {
namespace {

constexpr std::uint8_t not_a_digit = 255;
constexpr std::size_t checked = 17;

constexpr auto digit_values = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(not_a_digit);
  for (std::size_t i = 0; i < Uscc::alphabet.size(); ++i)
    values[static_cast<unsigned char>(Uscc::alphabet[i])] = static_cast<std::uint8_t>(i);
  return values;
}();

/// 3^i mod 31, GB 32100-2015 table 3.
constexpr std::array<unsigned, checked> weights = {1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28};

unsigned digit(char c) { return digit_values[static_cast<unsigned char>(c)]; }

/// The check character of 17 characters; nothing if one is not of the alphabet.
std::optional<char> check_character(std::string_view first17) {
  unsigned sum = 0;
  for (std::size_t i = 0; i < checked; ++i) {
    const unsigned value = digit(first17[i]);
    if (value == not_a_digit) return std::nullopt;
    sum += value * weights[i];
  }
  return Uscc::alphabet[(31 - sum % 31) % 31];
}

// 17 digits of base 31 need 85 bits: 12 digits (60 bits) and 5 digits (25 bits), written as one 88-bit number.
constexpr std::size_t high_digits = 12;
constexpr std::uint64_t high_limit = 787'662'783'788'549'761;  // 31^12
constexpr std::uint64_t low_limit = 28'629'151;                // 31^5

}  // namespace

std::optional<Uscc> Uscc::parse(std::string_view text) {
  if (text.size() != size || check_character(text) != text[checked]) return std::nullopt;
  Uscc uscc;
  std::copy(text.begin(), text.end(), uscc.text_.begin());
  return uscc;
}

std::optional<Uscc> Uscc::make(std::string_view first17) {
  if (first17.size() != checked) return std::nullopt;
  const auto check = check_character(first17);
  if (!check) return std::nullopt;
  Uscc uscc;
  std::copy(first17.begin(), first17.end(), uscc.text_.begin());
  uscc.text_[checked] = *check;
  return uscc;
}

Uscc::Packed Uscc::pack() const {
  std::uint64_t high = 0, low = 0;
  for (std::size_t i = 0; i < high_digits; ++i) high = high * 31 + digit(text_[i]);
  for (std::size_t i = high_digits; i < checked; ++i) low = low * 31 + digit(text_[i]);
  std::uint64_t first = high << 1 | low >> 24;
  Packed packed{};
  for (std::size_t i = 8; i-- > 0; first >>= 8) packed[i] = static_cast<std::uint8_t>(first & 0xFF);
  for (std::size_t i = 11; i-- > 8; low >>= 8) packed[i] = static_cast<std::uint8_t>(low & 0xFF);
  return packed;
}

std::optional<Uscc> Uscc::unpack(std::string_view eleven_bytes) {
  if (eleven_bytes.size() != std::tuple_size_v<Packed>) return std::nullopt;
  std::uint64_t first = 0, low = 0;
  for (std::size_t i = 0; i < 8; ++i) first = first << 8 | static_cast<unsigned char>(eleven_bytes[i]);
  for (std::size_t i = 8; i < 11; ++i) low = low << 8 | static_cast<unsigned char>(eleven_bytes[i]);
  std::uint64_t high = first >> 1;
  low |= (first & 1) << 24;
  if (high >= high_limit || low >= low_limit) return std::nullopt;
  std::array<char, checked> digits;
  for (std::size_t i = high_digits; i-- > 0; high /= 31) digits[i] = alphabet[high % 31];
  for (std::size_t i = checked; i-- > high_digits; low /= 31) digits[i] = alphabet[low % 31];
  return make({digits.data(), digits.size()});
}

std::optional<char> organisation_check(std::string_view first8) {
  constexpr std::array<int, 8> organisation_weights = {3, 7, 9, 10, 5, 8, 4, 2};
  if (first8.size() != organisation_weights.size()) return std::nullopt;
  int sum = 0;
  for (std::size_t i = 0; i < first8.size(); ++i) {
    const char c = first8[i];
    if (c >= '0' && c <= '9')
      sum += organisation_weights[i] * (c - '0');
    else if (c >= 'A' && c <= 'Z')
      sum += organisation_weights[i] * (c - 'A' + 10);
    else
      return std::nullopt;
  }
  return "0X987654321"[sum % 11];
}

bool Uscc::organisation_code_checks() const { return organisation_check(text().substr(8, 8)) == text_[16]; }

domain::FieldError uscc_error(std::string_view text, std::string pointer) {
  if (text.size() != Uscc::size)
    return {std::move(pointer), "uscc_length", "a unified social credit code has 18 characters.", "统一社会信用代码应为18位。"};
  if (!check_character(text) || digit(text.back()) == not_a_digit)
    return {std::move(pointer), "uscc_alphabet",
            "a unified social credit code has digits and capital letters other than I, O, S, V, Z only.",
            "统一社会信用代码只含数字和除 I、O、S、V、Z 以外的大写字母。"};
  return {std::move(pointer), "uscc_check", "the check character of the unified social credit code is wrong.",
          "统一社会信用代码校验码错误。"};
}

std::uint64_t hash_of(const Uscc& uscc) { return XXH3_64bits(uscc.text().data(), Uscc::size); }

}  // namespace zhida::enterprise
