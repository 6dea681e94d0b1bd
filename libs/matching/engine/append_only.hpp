#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <memory>

namespace zhida::matching::engine {

/// A sequence that only grows and whose elements never move.
/// Thread safety: one writer. A reader may read any element whose number it learned from something the writer published afterwards.
template <class T>
class AppendOnly {
 public:
  std::size_t size() const { return size_; }
  const T& operator[](std::size_t i) const { return chunks_[chunk_of(i)][i - first_of(chunk_of(i))]; }
  void push_back(T value) {
    const std::size_t chunk = chunk_of(size_);
    if (!chunks_[chunk]) chunks_[chunk] = std::make_unique<T[]>(first_chunk << chunk);
    chunks_[chunk][size_ - first_of(chunk)] = std::move(value);
    ++size_;
  }

 private:
  static constexpr std::size_t first_chunk = 64;  ///< each chunk is twice as long as the one before
  static std::size_t chunk_of(std::size_t i) { return static_cast<std::size_t>(std::bit_width(i / first_chunk + 1)) - 1; }
  static std::size_t first_of(std::size_t chunk) { return first_chunk * ((std::size_t{1} << chunk) - 1); }

  std::array<std::unique_ptr<T[]>, 32> chunks_;
  std::size_t size_ = 0;
};

}  // namespace zhida::matching::engine
