#pragma once

#include "domain/field_error.hpp"

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace zhida::enterprise {

/// Unified social credit code 统一社会信用代码 (GB 32100-2015), the key of an enterprise: 17 characters of a 31-letter alphabet
/// (no I, O, S, V, Z) and a check character. A value of this type is always a valid code; the default is all zeros, which is one.
class Uscc {
 public:
  static constexpr std::size_t size = 18;
  static constexpr std::string_view alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";

  /// Eleven bytes: the number in base 31, big-endian, so that packed codes sort like written ones.
  using Packed = std::array<std::uint8_t, 11>;

  constexpr Uscc() { text_.fill('0'); }

  /// Nothing if the length, a character or the check character is wrong. Lower case is wrong: a key has one spelling.
  static std::optional<Uscc> parse(std::string_view text);

  /// Adds the check character to 17 characters of the alphabet; nothing if they are not.
  static std::optional<Uscc> make(std::string_view first17);

  /// Nothing if the bytes are not the packed form of a code.
  static std::optional<Uscc> unpack(std::string_view eleven_bytes);

  std::string_view text() const { return {text_.data(), size}; }
  Packed pack() const;

  /// GB/T 2260 code of where it was registered: characters 3 to 8.
  std::string_view region() const { return text().substr(2, 6); }

  /// Whether characters 9 to 17, the organisation code (GB 11714-1997), have their own check character. Issued codes do; it is no
  /// part of validity, because codes that break it are in use.
  bool organisation_code_checks() const;

  friend auto operator<=>(const Uscc&, const Uscc&) = default;

 private:
  std::array<char, size> text_{};
};

/// The check character of eight characters 0-9 A-Z of an organisation code; nothing if they are something else.
std::optional<char> organisation_check(std::string_view first8);

/// What is wrong with `text` as a code, for an error at `pointer`. Call only if `Uscc::parse` refused it.
domain::FieldError uscc_error(std::string_view text, std::string pointer);

/// XXH3, 64 bits, of the 18 characters. The same on every machine and for ever: data is placed by it.
std::uint64_t hash_of(const Uscc& uscc);

/// The partition of every topic keyed by enterprises: hash modulo `partitions`.
inline int partition_of(const Uscc& uscc, int partitions) {
  return static_cast<int>(hash_of(uscc) % static_cast<std::uint64_t>(partitions));
}

}  // namespace zhida::enterprise

template <>
struct std::hash<zhida::enterprise::Uscc> {
  std::size_t operator()(const zhida::enterprise::Uscc& uscc) const noexcept { return zhida::enterprise::hash_of(uscc); }
};
