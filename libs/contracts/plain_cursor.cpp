#include "contracts/plain_cursor.hpp"

#include <algorithm>
#include <bit>
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

// To the next character that is none of ASCII's usual ones. Only the first mark is sure: a borrow may have made those behind it.
void PlainCursor::pass_usual() {
  while (end_ - at_ >= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, at_, 8);
    const std::uint64_t special = special_bytes(word);
    if (special != 0) {
      if constexpr (std::endian::native == std::endian::little) at_ += std::countr_zero(special) / 8;
      return;
    }
    at_ += 8;
  }
}

// To the next quote or backslash.
bool PlainCursor::pass_plain() {
  for (;;) {
    pass_usual();
    if (at_ == end_) return false;
    const auto c = static_cast<unsigned char>(*at_);
    if (c == '"' || c == '\\') return true;
    const std::size_t length = c < 0x20 ? 0 : c < 0x80 ? 1 : sequence_at(at_, end_);
    if (length == 0) return false;
    at_ += length;
  }
}

bool PlainCursor::text(std::string_view& out) {
  if (!take('"')) return false;
  const char* begin = at_;
  if (!pass_plain() || *at_ != '"') return false;
  out = {begin, static_cast<std::size_t>(at_ - begin)};
  ++at_;
  return true;
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

bool PlainCursor::whole(std::uint64_t& out) {
  const char* begin = at_;
  while (at_ != end_ && is_digit(*at_)) ++at_;
  if (at_ == begin || at_ - begin > 18 || (*begin == '0' && at_ - begin > 1)) return false;
  std::from_chars(begin, at_, out);
  return at_ == end_ || (*at_ != '.' && *at_ != 'e' && *at_ != 'E');
}

bool PlainCursor::pass_text() {
  if (!take('"')) return false;
  while (pass_plain()) {
    if (*at_ == '"') {
      ++at_;
      return true;
    }
    constexpr std::string_view escapes = "\"\\/bfnrt";
    if (end_ - at_ < 2 || escapes.find(at_[1]) == std::string_view::npos) return false;
    at_ += 2;
  }
  return false;
}

bool PlainCursor::pass_number() {
  if (at_ != end_ && *at_ == '-') ++at_;
  const char* digits = at_;
  while (at_ != end_ && is_digit(*at_)) ++at_;
  if (at_ == digits || at_ - digits > 18 || (*digits == '0' && at_ - digits > 1)) return false;
  if (at_ == end_ || *at_ != '.') return at_ == end_ || (*at_ != 'e' && *at_ != 'E');
  const char* fraction = ++at_;
  while (at_ != end_ && is_digit(*at_)) ++at_;
  return at_ != fraction && at_ != end_ && *at_ != 'e' && *at_ != 'E';
}

bool PlainCursor::pass_scalar() {
  skip_blanks();
  if (at_ == end_) return false;
  switch (*at_) {
    case '"':
      return pass_text();
    case 't':
      return word("true");
    case 'f':
      return word("false");
    case 'n':
      return word("null");
    default:
      return pass_number();
  }
}

bool PlainCursor::pass_object(std::string_view& out, SeenNames& seen) {
  skip_blanks();
  const char* begin = at_;
  seen.clear();
  if (!take('{')) return false;
  if (!take('}')) {
    do {
      std::string_view name;
      if (!key(name) || !seen.add(name)) return false;
      if (!take('[')) {
        if (!pass_scalar()) return false;
      } else if (!take(']')) {
        do {
          if (!pass_scalar()) return false;
        } while (take(','));
        if (!take(']')) return false;
      }
    } while (take(','));
    if (!take('}')) return false;
  }
  out = {begin, static_cast<std::size_t>(at_ - begin)};
  return true;
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
