#pragma once

#include "matching/engine/block_masks.hpp"
#include "matching/engine/epoch.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace zhida::matching::engine {

/// Some rules decided for the profiles of one block.
struct DecidedRules {
  std::span<const RuleId> ids;
  const Rails* rails = nullptr;      ///< by position in `ids`
  const Mask* favourable = nullptr;  ///< null, or: true if every open determination were favourable
  const Mask* near = nullptr;        ///< null, or: exactly one condition short
  std::size_t first_profile = 0;     ///< number of bit 0
  std::size_t first_position = 0;    ///< of ids[0] among all positions of the epoch, segment after segment

  Mask eligible(std::size_t i) const { return rails[i].definite; }
  /// Only an office's answer is needed.
  Mask manual(std::size_t i) const { return favourable ? favourable[i] & ~rails[i].definite : Mask::none(); }
  Mask unknown(std::size_t i) const { return rails[i].possible & ~(favourable ? favourable[i] : rails[i].definite); }
};

/// All rules of an epoch against its profiles, block by block. Holds scratch memory: one for each thread.
class CrossMatch {
 public:
  /// `asof` is midnight of the evaluation date.
  CrossMatch(std::shared_ptr<const Epoch> epoch, cel::Value asof, const Kernels& with = kernels());

  std::size_t blocks() const { return epoch_->blocks.size(); }

  /// Decides all rules for one block and hands them to `consume(const DecidedRules&)`, some at a time. Rules that are removed have nobody.
  /// `near`: also tell who is exactly one condition short, where open determinations do not count.
  template <class Consume>
  void decide(std::size_t block, Consume&& consume, bool near = false) {
    begin(block);
    std::size_t before = 0;
    for (const Segment& segment : epoch_->segments) {
      for (const RuleGroup& group : segment.code->groups)
        for (std::uint32_t first = 0; first < group.rules; first += chunk) {
          DecidedRules decided = decide_chunk(segment, group, first, block, near);
          decided.first_position = before + group.first + first;
          consume(decided);
        }
      before += segment.code->size();
    }
  }

 private:
  /// As many rules as leave their rails in the first cache.
  static constexpr std::uint32_t chunk = 64;
  void begin(std::size_t block);
  DecidedRules decide_chunk(const Segment& segment, const RuleGroup& group, std::uint32_t first, std::size_t block, bool near);

  std::shared_ptr<const Epoch> epoch_;
  BoundDates dates_;
  const Kernels& kernels_;
  BlockMasks masks_;
  std::vector<Rails> rails_;
  std::vector<Mask> favourable_, near_;
};

/// How many profiles each rule reaches.
struct RuleCounts {
  std::vector<std::uint64_t> eligible, manual, unknown;  ///< by rule number
};

/// Adds up what a cross match of the epoch decides.
class Counting {
 public:
  explicit Counting(std::shared_ptr<const Epoch> epoch, const Kernels& with = kernels());
  void operator()(const DecidedRules& decided);
  RuleCounts counts() const;

 private:
  std::shared_ptr<const Epoch> epoch_;
  const Kernels& kernels_;
  // As narrow as profiles have numbers: with many rules it is memory that limits.
  std::vector<std::uint32_t> eligible_, undecided_, manual_;  ///< by position: one after the other, as they are decided
};

}  // namespace zhida::matching::engine
