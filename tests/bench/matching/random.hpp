#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace zhida::bench {

/// xoshiro256** seeded by splitmix64: whole numbers only, so that every machine draws the same workload.
class Random {
 public:
  Random(std::uint64_t seed, std::uint64_t stream) {
    std::uint64_t x = seed * 0x2545f4914f6cdd1dULL + stream;
    for (std::uint64_t& word : state_) word = splitmix(x);
  }
  std::uint64_t next() {
    const std::uint64_t result = rotated(state_[1] * 5, 7) * 9, shifted = state_[1] << 17U;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = rotated(state_[3], 45);
    return result;
  }
  std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(((next() >> 32U) * n) >> 32U); }
  bool percent(std::uint32_t share) { return below(100) < share; }
  bool per_mille(std::uint32_t share) { return below(1000) < share; }

  /// The finishing step of splitmix64.
  static std::uint64_t mixed(std::uint64_t z) {
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31U);
  }

 private:
  static std::uint64_t splitmix(std::uint64_t& x) { return mixed(x += 0x9e3779b97f4a7c15ULL); }
  static std::uint64_t rotated(std::uint64_t x, unsigned k) { return (x << k) | (x >> (64U - k)); }
  std::uint64_t state_[4];
};

/// Ranks from 0, rank k with the weight 1000000 / (k + flatness): 1 is like Zipf's law, 10 flatter.
class Ranks {
 public:
  Ranks(std::uint32_t count, std::uint32_t flatness) {
    std::uint64_t sum = 0;
    for (std::uint32_t k = 0; k < count; ++k) sums_.push_back(sum += 1'000'000 / (k + flatness));
  }
  std::uint32_t draw(Random& random) const {
    // The upper half of the 128-bit product, from 64-bit parts.
    const std::uint64_t x = random.next(), total = sums_.back();
    const std::uint64_t low = (x & 0xffffffffU) * total, high = (x >> 32U) * total + (low >> 32U);
    return static_cast<std::uint32_t>(std::upper_bound(sums_.begin(), sums_.end(), high >> 32U) - sums_.begin());
  }

 private:
  std::vector<std::uint64_t> sums_;
};

}  // namespace zhida::bench
