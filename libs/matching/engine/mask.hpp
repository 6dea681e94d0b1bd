#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

namespace zhida::matching::engine {

/// Profiles are decided this many at a time: one bit for each in one mask of 64 bytes.
inline constexpr std::size_t block_size = 512;

/// One bit for each profile of a block.
struct alignas(64) Mask {
  static constexpr std::size_t word_count = block_size / 64;
  std::uint64_t words[word_count] = {};

  static constexpr Mask none() { return {}; }
  static constexpr Mask all() {
    Mask mask;
    for (std::uint64_t& word : mask.words) word = ~std::uint64_t{0};
    return mask;
  }
  bool test(std::size_t bit) const { return (words[bit / 64] >> (bit % 64)) & 1; }
  void set(std::size_t bit) { words[bit / 64] |= std::uint64_t{1} << (bit % 64); }
  void clear(std::size_t bit) { words[bit / 64] &= ~(std::uint64_t{1} << (bit % 64)); }
  void assign(std::size_t bit, bool value) { value ? set(bit) : clear(bit); }
  bool any() const {
    std::uint64_t joined = 0;
    for (const std::uint64_t word : words) joined |= word;
    return joined != 0;
  }
  std::size_t count() const {
    std::size_t sum = 0;
    for (const std::uint64_t word : words) sum += static_cast<std::size_t>(std::popcount(word));
    return sum;
  }
  bool operator==(const Mask&) const = default;

  Mask& operator&=(const Mask& other) {
    for (std::size_t i = 0; i < word_count; ++i) words[i] &= other.words[i];
    return *this;
  }
  Mask& operator|=(const Mask& other) {
    for (std::size_t i = 0; i < word_count; ++i) words[i] |= other.words[i];
    return *this;
  }
  friend Mask operator&(const Mask& a, const Mask& b) {
    Mask result = a;
    return result &= b;
  }
  friend Mask operator|(const Mask& a, const Mask& b) {
    Mask result = a;
    return result |= b;
  }
  friend Mask operator~(const Mask& a) {
    Mask result;
    for (std::size_t i = 0; i < word_count; ++i) result.words[i] = ~a.words[i];
    return result;
  }
};

/// Calls `visit(bit)` for each set bit, ascending.
template <class Visit>
void for_each_bit(const Mask& mask, Visit&& visit) {
  for (std::size_t i = 0; i < Mask::word_count; ++i)
    for (std::uint64_t word = mask.words[i]; word != 0; word &= word - 1) visit(i * 64 + static_cast<std::size_t>(std::countr_zero(word)));
}

}  // namespace zhida::matching::engine
