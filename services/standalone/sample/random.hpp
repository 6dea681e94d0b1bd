#pragma once

#include <cstdint>
#include <span>

namespace zhida::standalone {

/// SplitMix64: a tiny generator whose stream depends on nothing but its seed, on every platform.
class Random {
 public:
  /// The stream of element `index` of the collection `seed`; elements can be made in any order.
  Random(std::uint64_t seed, std::uint64_t index) : state_(seed * 0x2545f4914f6cdd1dULL + index * 0x9e3779b97f4a7c15ULL) { next(); }

  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }

  /// Uniform in [0, n); n > 0.
  std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(((next() >> 32) * n) >> 32); }

  /// Uniform in [low, high], both included.
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(high - low + 1));
  }

  /// As `between`, but small values are likelier: the mean lies at a third of the range.
  std::int64_t skewed(std::int64_t low, std::int64_t high) {
    const std::uint64_t unit = next() >> 40;  // 24 bits
    return low + static_cast<std::int64_t>((unit * unit >> 24) * static_cast<std::uint64_t>(high - low) >> 24);
  }

  bool chance(std::uint32_t per_mille) { return below(1000) < per_mille; }

  template <class T>
  const T& one_of(std::span<const T> choices) {
    return choices[below(static_cast<std::uint32_t>(choices.size()))];
  }

  /// An element whose `weight` member is its share of the total.
  template <class T>
  const T& weighted(std::span<const T> choices) {
    std::uint32_t total = 0;
    for (const T& choice : choices) total += choice.weight;
    std::uint32_t drawn = below(total);
    for (const T& choice : choices) {
      if (drawn < choice.weight) return choice;
      drawn -= choice.weight;
    }
    return choices.back();
  }

 private:
  std::uint64_t state_;
};

}  // namespace zhida::standalone
