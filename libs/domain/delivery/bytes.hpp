#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace zhida::delivery {

/// Appends numbers and texts to bytes, small numbers in few.
class ByteWriter {
 public:
  explicit ByteWriter(std::string& out) : out_(out) {}

  void byte(unsigned value) { out_.push_back(static_cast<char>(value)); }

  /// Seven bits a byte, lowest first.
  void number(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) byte(static_cast<unsigned>(value & 0x7F) | 0x80U);
    byte(static_cast<unsigned>(value));
  }
  /// Small in few bytes on both sides of 0.
  void signed_number(std::int64_t value) { number((static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63)); }
  /// `width` bytes, lowest first.
  void fixed(std::uint64_t value, int width) {
    for (int i = 0; i < width; ++i) byte(static_cast<unsigned>(value >> (8 * i)) & 0xFFU);
  }
  void text(std::string_view text) {
    number(text.size());
    out_ += text;
  }
  /// Round amounts in few bytes: trailing decimal zeros are counted. From 0 up to 10^17, else throws std::out_of_range.
  void amount(std::int64_t value);

 private:
  std::string& out_;
};

/// Reads what ByteWriter wrote. Once something is wrong `good()` is false for ever and every further value 0 or empty.
/// Numbers with needless bytes are wrong: every value has one form.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  bool good() const { return good_; }
  bool at_end() const { return rest_.empty(); }
  void fail() {
    good_ = false;
    rest_ = {};
  }

  unsigned byte() {
    if (rest_.empty()) {
      fail();
      return 0;
    }
    const auto value = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    return value;
  }
  /// Fails above `most`.
  std::uint64_t number(std::uint64_t most = UINT64_MAX) {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const unsigned part = byte();
      const std::uint64_t bits = part & 0x7FU;
      if (shift == 63 && part > 1) break;
      value |= bits << shift;
      if ((part & 0x80U) != 0) continue;
      if ((part == 0 && shift > 0) || value > most) break;
      return value;
    }
    fail();
    return 0;
  }
  std::int64_t signed_number() {
    const std::uint64_t value = number();
    return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
  }
  std::uint64_t fixed(int width) {
    std::uint64_t value = 0;
    for (int i = 0; i < width; ++i) value |= static_cast<std::uint64_t>(byte()) << (8 * i);
    return value;
  }
  std::string_view text() {
    const auto size = number();
    if (size > rest_.size()) {
      fail();
      return {};
    }
    const std::string_view text = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return text;
  }
  std::int64_t amount();

 private:
  std::string_view rest_;
  bool good_ = true;
};

}  // namespace zhida::delivery
