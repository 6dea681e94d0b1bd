#pragma once

#include "matching/decide.hpp"
#include "matching/engine/cross_match.hpp"

#include <array>
#include <cstddef>
#include <memory>
#include <vector>

namespace zhida::matching::engine {

/// Profiles of one block whose verdict under one rule is another one than before. A rule or profile that does not exist is ineligible.
struct ChangedVerdict {
  RuleId rule = 0;
  Verdict before = Verdict::ineligible, after = Verdict::ineligible;
  Mask profiles;
  std::size_t first_profile = 0;  ///< number of bit 0
};

/// What changed for whom between two epochs, or between two dates of one epoch (what the night brings): block by block, so that no more
/// is held than the verdicts of one. Holds scratch memory: one for each thread.
class Differences {
 public:
  struct Side {
    std::shared_ptr<const Epoch> epoch;
    cel::Value asof;  ///< midnight of the evaluation date
  };

  /// The epochs must be of one engine.
  Differences(const Side& before, const Side& after, const Kernels& with = kernels());

  std::size_t blocks() const { return blocks_; }

  /// Calls `consume(const ChangedVerdict&)` for every change in the block, in no order. Blocks in which nothing can have changed cost
  /// nothing.
  template <class Consume>
  void find(std::size_t block, Consume&& consume) {
    if (is_same(block)) return;
    decide_before(block);
    decide_after(block, consume);
  }

 private:
  /// Profiles by verdict; ineligible are all others.
  struct Verdicts {
    Mask eligible, manual, unknown;

    bool any() const { return (eligible | manual | unknown).any(); }
    std::array<Mask, 4> by_verdict() const;
  };

  static Verdicts verdicts_of(const DecidedRules& decided, std::size_t i) {
    return {decided.eligible(i), decided.manual(i), decided.unknown(i)};
  }
  bool is_same(std::size_t block) const;
  void decide_before(std::size_t block);

  template <class Consume>
  void decide_after(std::size_t block, Consume&& consume) {
    if (block < after_.blocks()) {
      // A rule may stand here twice, removed and added again; what is removed has nobody.
      after_.decide(block, [&](const DecidedRules& decided) {
        for (std::size_t i = 0; i < decided.ids.size(); ++i) {
          const Verdicts now = verdicts_of(decided, i);
          if (!now.any()) continue;
          const RuleId rule = decided.ids[i];
          compare(rule, was_[rule], now, block, consume);
          was_[rule] = {};
        }
      });
    }
    for (const RuleId rule : touched_) {
      if (was_[rule].any()) compare(rule, was_[rule], {}, block, consume);
      was_[rule] = {};
    }
    touched_.clear();
  }

  template <class Consume>
  static void compare(RuleId rule, const Verdicts& was, const Verdicts& is, std::size_t block, Consume&& consume) {
    if (was.eligible == is.eligible && was.manual == is.manual && was.unknown == is.unknown) return;
    const std::array<Mask, 4> before = was.by_verdict(), after = is.by_verdict();
    for (std::size_t from = 0; from < before.size(); ++from)
      for (std::size_t to = 0; to < after.size(); ++to) {
        if (from == to) continue;
        const Mask changed = before[from] & after[to];
        if (changed.any()) consume(ChangedVerdict{rule, static_cast<Verdict>(from), static_cast<Verdict>(to), changed, block * block_size});
      }
  }

  std::shared_ptr<const Epoch> old_, new_;
  CrossMatch before_, after_;
  std::size_t blocks_;
  bool same_rules_;              ///< and the same date
  std::vector<Verdicts> was_;    ///< by rule, of the block in hand
  std::vector<RuleId> touched_;  ///< rules with somebody in `was_`
};

}  // namespace zhida::matching::engine
