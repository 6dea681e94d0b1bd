#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace zhida::stores {

/// Rows of which something was recorded that nobody has taken over yet: one bit each, so that noting a change costs next to nothing.
class ChangedRows {
 public:
  void mark(std::uint32_t row) {
    if (row / bits >= words_.size()) words_.resize(row / bits + 1);
    std::uint64_t& word = words_[row / bits];
    count_ += (word >> (row % bits) & 1) == 0 ? 1 : 0;
    word |= std::uint64_t{1} << (row % bits);
  }

  std::size_t count() const { return count_; }
  bool contains(std::uint32_t row) const { return row / bits < words_.size() && (words_[row / bits] >> (row % bits) & 1) != 0; }

  /// Forgets the rows from `first` up to `end`, both multiples of 64, and calls `visit(row)` for each in ascending order.
  template <class Visit>
  void take(std::size_t first, std::size_t end, Visit&& visit) {
    if (count_ == 0) return;
    for (std::size_t at = first / bits; at < end / bits && at < words_.size(); ++at) {
      std::uint64_t word = words_[at];
      words_[at] = 0;
      count_ -= static_cast<std::size_t>(std::popcount(word));
      for (; word != 0; word &= word - 1) visit(static_cast<std::uint32_t>(at * bits + static_cast<std::size_t>(std::countr_zero(word))));
    }
  }

 private:
  static constexpr std::size_t bits = 64;
  std::vector<std::uint64_t> words_;
  std::size_t count_ = 0;
};

}  // namespace zhida::stores
