#pragma once

#include "matching/engine/probe.hpp"
#include "matching/engine/row_index.hpp"

#include <memory>
#include <vector>

namespace zhida::matching::engine {

/// One profile against all rules of an epoch. Holds scratch memory: one for each thread, for many profiles.
class PageMatch {
 public:
  /// `asof` is midnight of the evaluation date.
  PageMatch(std::shared_ptr<const Epoch> epoch, cel::Value asof, const Kernels& with = kernels());

  /// Decides all rules for a profile. False when the epoch has none of this number.
  bool decide(ProfileId id);

  /// Calls `visit(RuleId, Verdict)` for every rule that is not ineligible, in no order that means anything.
  template <class Visit>
  void for_each(Visit&& visit) const {
    for_each_position([&](const Segment& segment, std::size_t position, Verdict verdict) { visit(segment.code->ids[position], verdict); });
  }
  /// The same with the place of the rule.
  template <class Visit>
  void for_each_position(Visit&& visit) const {
    for (std::size_t s = 0; s < results_.size(); ++s) {
      const Result& result = results_[s];
      for (std::size_t word = 0; word < result.possible.size(); ++word)
        for (std::uint64_t bits = result.possible[word]; bits != 0; bits &= bits - 1) {
          const std::uint64_t bit = bits & -bits;
          const Verdict verdict = (result.definite[word] & bit) != 0 ? Verdict::eligible
                                  : (result.manual[word] & bit) != 0 ? Verdict::manual
                                                                     : Verdict::unknown;
          visit(epoch_->segments[s], word * 64 + static_cast<std::size_t>(std::countr_zero(bit)), verdict);
        }
    }
  }
  struct Counts {
    std::size_t eligible = 0, manual = 0, unknown = 0;
  };
  Counts counts() const;

  const Epoch& epoch() const { return *epoch_; }
  /// Of the profile last decided.
  Probe& probe() { return probe_; }

 private:
  /// Bits by position of one segment.
  struct Result {
    std::vector<std::uint64_t> definite, possible, manual;
  };
  void decide_rows(const Segment& segment, Result& result);
  void decide_alternatives(const BoundRows& rows, Result& result);
  void decide_rest(const Segment& segment, const RuleGroup& group, Result& result);
  void gather(const RowSet& set, const BoundTexts& texts);

  /// Rules are taken this many words of bits at a time, so that the sums stay in the first cache while the rows stream by.
  static constexpr std::size_t tile = 64;

  std::shared_ptr<const Epoch> epoch_;
  const Kernels& kernels_;
  Probe probe_;
  std::vector<Result> results_;
  std::vector<const std::uint64_t*> holding_, using_;  ///< rows of known attributes; rules that use missing ones
  struct ListStep {
    const RowSet::Lists* rows;
    std::vector<std::uint32_t> numbers;  ///< of the atoms that the profile's words are accepted by
  };
  std::vector<ListStep> lists_;
  std::size_t list_count_ = 0;
  std::vector<std::uint32_t> survivors_;
};

}  // namespace zhida::matching::engine
