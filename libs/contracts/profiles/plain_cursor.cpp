#include "contracts/profiles/plain_cursor.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstring>

namespace zhida::contracts {
namespace {

using enterprise::RawValue;

/// Length of the UTF-8 sequence at `at` whose lead byte is not ASCII; 0 if it is none (RFC 3629, table 3-7 of Unicode).
std::size_t sequence_at(const char* at, const char* end) {
  const auto byte = [&](std::ptrdiff_t i) { return end - at > i ? static_cast<unsigned char>(at[i]) : 0U; };
  const auto continues = [&](std::ptrdiff_t i) { return (byte(i) & 0xC0U) == 0x80U; };
  const unsigned lead = byte(0), second = byte(1);
  if (lead >= 0xC2 && lead <= 0xDF) return continues(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    if (!continues(1) || !continues(2) || (lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F)) return 0;
    return 3;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    if (!continues(1) || !continues(2) || !continues(3) || (lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F)) return 0;
    return 4;
  }
  return 0;
}

/// Bytes of a word that are below 0x20, a quote, a backslash or not ASCII have their high bit set.
std::uint64_t special_bytes(std::uint64_t word) {
  constexpr std::uint64_t ones = 0x0101010101010101, high = 0x8080808080808080;
  const auto zero = [](std::uint64_t v) { return (v - ones) & ~v & high; };
  return (zero(word ^ (ones * '"')) | zero(word ^ (ones * '\\')) | (word - ones * 0x20) | word) & high;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

bool PlainCursor::text(std::string_view& out) {
  if (!take('"')) return false;
  const char* begin = at_;
  for (;;) {
    while (end_ - at_ >= 8) {
      std::uint64_t word = 0;
      std::memcpy(&word, at_, 8);
      if (special_bytes(word) != 0) break;
      at_ += 8;
    }
    if (at_ == end_) return false;
    const auto c = static_cast<unsigned char>(*at_);
    if (c == '"') {
      out = {begin, static_cast<std::size_t>(at_ - begin)};
      ++at_;
      return true;
    }
    if (c < 0x20 || c == '\\') return false;
    if (c < 0x80) {
      ++at_;
      continue;
    }
    const std::size_t length = sequence_at(at_, end_);
    if (length == 0) return false;
    at_ += length;
  }
}

bool PlainCursor::word(std::string_view expected) {
  if (static_cast<std::size_t>(end_ - at_) < expected.size() || std::string_view(at_, expected.size()) != expected) return false;
  at_ += expected.size();
  return true;
}

bool PlainCursor::number(RawValue& out) {
  const char* begin = at_;
  if (at_ != end_ && *at_ == '-') ++at_;
  const char* digits = at_;
  while (at_ != end_ && is_digit(*at_)) ++at_;
  if (at_ == digits || at_ - digits > 18 || (*digits == '0' && at_ - digits > 1)) return false;
  if (at_ == end_ || (*at_ != '.' && *at_ != 'e' && *at_ != 'E')) {
    std::int64_t integer = 0;
    std::from_chars(begin, at_, integer);
    // JSON's -0 is a double for some readers: not plain.
    if (integer == 0 && *begin == '-') return false;
    out = RawValue::of(integer);
    return true;
  }
  if (*at_ != '.') return false;
  const char* fraction = ++at_;
  while (at_ != end_ && is_digit(*at_)) ++at_;
  if (at_ == fraction || (at_ != end_ && (*at_ == 'e' || *at_ == 'E'))) return false;
  double real = 0;
  std::from_chars(begin, at_, real);
  out = RawValue::of(real);
  return true;
}

bool PlainCursor::value(RawValue& out, std::vector<std::string_view>& elements) {
  skip_blanks();
  if (at_ == end_) return false;
  switch (*at_) {
    case '"': {
      std::string_view read;
      if (!text(read)) return false;
      out = RawValue::of(read);
      return true;
    }
    case 't':
      out = RawValue::of(true);
      return word("true");
    case 'f':
      out = RawValue::of(false);
      return word("false");
    case 'n':
      out = RawValue();
      return word("null");
    case '[': {
      ++at_;
      const std::size_t first = elements.size();
      if (!take(']')) {
        do {
          std::string_view read;
          if (elements.size() == elements.capacity() || !text(read)) return false;
          elements.push_back(read);
        } while (take(','));
        if (!take(']')) return false;
      }
      out = RawValue::of(std::span<const std::string_view>(elements.data() + first, elements.size() - first));
      return true;
    }
    default:
      return number(out);
  }
}

bool SeenNames::add(std::string_view name) {
  // Its first and last eight bytes tell nearly all names apart.
  std::uint64_t first = 0, last = 0;
  const std::size_t some = std::min<std::size_t>(name.size(), 8);
  std::memcpy(&first, name.data(), some);
  std::memcpy(&last, name.data() + name.size() - some, some);
  std::uint64_t hash = (first * 0x9E3779B97F4A7C15) ^ ((last + name.size()) * 0xC2B2AE3D27D4EB4F);
  hash ^= hash >> 29;
  std::uint64_t& word = bits_[hash >> 6 & 7];
  const std::uint64_t bit = std::uint64_t{1} << (hash & 63);
  if ((word & bit) != 0 && std::find(names_.begin(), names_.end(), name) != names_.end()) return false;
  word |= bit;
  names_.push_back(name);
  return true;
}

void SeenNames::clear() {
  names_.clear();
  std::fill(std::begin(bits_), std::end(bits_), 0);
}

}  // namespace zhida::contracts
