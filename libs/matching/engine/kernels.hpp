#pragma once

#include "matching/engine/mask.hpp"

#include <cstddef>
#include <cstdint>

namespace zhida::matching::engine {

/// An operand as the kernels of rules read it: the predicate in the lower bits, the unknown mask above.
using NarrowOperand = std::uint32_t;
inline constexpr unsigned predicate_bits = 22;
inline constexpr std::uint32_t most_predicates = std::uint32_t{1} << predicate_bits;
inline constexpr std::uint32_t most_unknowns = std::uint32_t{1} << (32 - predicate_bits);
inline constexpr NarrowOperand narrow(std::uint32_t predicate, std::uint32_t unknown) { return unknown << predicate_bits | predicate; }

/// A predicate of one range of keys: from one bound's mask up to, but without, another's.
struct RangeStep {
  std::uint32_t predicate, unknown, from, below;
};
/// A predicate made of several atoms: `count` of a list, from `first` on.
struct JoinedStep {
  std::uint32_t predicate, unknown, first, count;
};

/// The masks of one block that rules are made of. A predicate is possible where it is true or unknown.
struct MaskView {
  const Mask* possible = nullptr;  ///< by predicate
  const Mask* unknown = nullptr;   ///< by unknown mask
  Mask present;
};

/// Rules of one form, one after the other in `operands`: `singles` operands joined by `all`, then `any` terms. A term is a number of
/// groups, a group is operands joined by `all`. `terms` holds for each term its number of groups, then the size of each group.
/// `operands` may be read up to `rule_prefetch` operands beyond its end.
struct RuleRun {
  const NarrowOperand* operands = nullptr;
  std::size_t rules = 0;
  std::uint32_t singles = 0;
  std::uint32_t stride = 0;  ///< operands per rule
  const std::uint8_t* terms = nullptr;
  std::size_t term_count = 0;
};
inline constexpr std::size_t rule_prefetch = 64;

/// What is true and what is possible for one rule.
struct Rails {
  Mask definite;
  Mask possible;
};

/// One rule over many blocks, from masks that are kept: the form of a RuleRun, with arrays of masks by block for operands.
struct KeptRun {
  const Mask* present = nullptr;
  const Mask* const* definite = nullptr;  ///< by operand
  const Mask* const* unknown = nullptr;   ///< by operand
  std::uint32_t singles = 0;
  const std::uint8_t* terms = nullptr;
  std::size_t term_count = 0;
};

/// The inner loops, compiled once for any processor and once for AVX2. Both give the same bits.
struct Kernels {
  const char* name;

  /// Which of 512 signed numbers are at least `limit`.
  void (*at_least_8)(const std::int8_t* values, std::int8_t limit, Mask& result);
  void (*at_least_16)(const std::int16_t* values, std::int16_t limit, Mask& result);
  void (*at_least_32)(const std::int32_t* values, std::int32_t limit, Mask& result);
  void (*at_least_64)(const std::int64_t* values, std::int64_t limit, Mask& result);
  /// Which of 512 numbers are `value`.
  void (*equals_8)(const std::uint8_t* values, std::uint8_t value, Mask& result);
  void (*equals_16)(const std::uint16_t* values, std::uint16_t value, Mask& result);
  /// Which of 512 bytes are 1, of bytes that are all 0 or 1.
  void (*pack)(const std::uint8_t* flags, Mask& result);

  /// possible[predicate] for many predicates. A range from the masks of bounds; any and none from those of word atoms. Whoever misses the
  /// attribute has no word at all, and so is possible without further ado where none is asked for.
  void (*ranges)(const RangeStep* steps, std::size_t count, const Mask* bounds, const Mask* unknown, Mask* possible);
  void (*any)(const JoinedStep* steps, std::size_t count, const std::uint32_t* atoms, const Mask* words, const Mask* unknown,
              Mask* possible);
  void (*none)(const JoinedStep* steps, std::size_t count, const std::uint32_t* atoms, const Mask* words, Mask* possible);

  /// Decides rules; rails[i] for the i-th.
  void (*rules)(const MaskView& masks, const RuleRun& run, Rails* rails);
  /// The same, and who is exactly one condition short: one operand false, and the rule true if that one were. A predicate that a rule
  /// names at several places counts at each of them.
  void (*rules_near)(const MaskView& masks, const RuleRun& run, Rails* rails, Mask* near);
  /// Decides one rule for blocks from `first` on; rails[i] for the i-th of them.
  void (*kept)(const KeptRun& run, std::size_t first, std::size_t blocks, Rails* rails);
  /// Only where it is true.
  void (*kept_definite)(const KeptRun& run, std::size_t first, std::size_t blocks, Mask* definite);
  /// Adds for each rule how many are eligible and how many are possible but not certain.
  void (*count)(const Rails* rails, std::size_t rules, std::uint32_t* eligible, std::uint32_t* undecided);
  /// How many bits are set in `count` masks.
  std::uint64_t (*count_masks)(const Mask* masks, std::size_t count);
  /// Writes the numbers of the set bits plus `base`; returns how many. `to` must have room for 512.
  std::size_t (*emit)(const Mask& mask, std::uint32_t base, std::uint32_t* to);

  /// to &= row, to |= row, to &= ~row, over `words` words.
  void (*and_row)(std::uint64_t* to, const std::uint64_t* row, std::size_t words);
  void (*or_row)(std::uint64_t* to, const std::uint64_t* row, std::size_t words);
  void (*and_not_row)(std::uint64_t* to, const std::uint64_t* row, std::size_t words);
};

/// The best kernels that this processor can run.
const Kernels& kernels();
/// Every set of kernels that this processor can run, for tests and benchmarks; the portable one first.
struct KernelSets {
  const Kernels* sets[2];
  std::size_t count;
};
KernelSets all_kernels();

}  // namespace zhida::matching::engine
