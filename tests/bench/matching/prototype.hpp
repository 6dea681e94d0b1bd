#pragma once

#include "bench/matching/workload.hpp"

#include <cstdint>
#include <memory>

namespace zhida::bench {

/// The measured prototype of the bit-parallel idea, kept as the yardstick: it works on the workload's own arrays (32-bit numbers, no
/// language, no updates, AVX2 only), so that it has nothing else to do. The engine is measured against it in the same run.
class Prototype {
 public:
  Prototype(const std::vector<Attribute>& attributes, const Rules& rules, const Profiles& profiles, std::uint64_t seed);
  ~Prototype();
  /// Another with its own scratch memory, for another thread.
  std::unique_ptr<Prototype> copy() const;

  struct Sums {
    std::uint64_t definite = 0, unknown = 0;
  };
  /// Whether this processor can run it.
  static bool available();
  std::size_t blocks() const;

  /// Rules by shape, true and possible rails, for one block of 512 profiles; adds how many pairs there are.
  void cross(std::size_t block, Sums& sums);
  /// The same with lists of the definite profiles' numbers written.
  void cross_ids(std::size_t block, Sums& sums);
  /// One profile against all rules by rows of rule bits.
  void page(std::size_t profile, Sums& sums);
  /// One rule over all profiles, from the columns.
  std::uint64_t scan(std::size_t rule);

 private:
  struct State;
  Prototype();
  std::unique_ptr<State> state_;
};

}  // namespace zhida::bench
