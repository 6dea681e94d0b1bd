#pragma once

#include "matching/engine/block_masks.hpp"
#include "matching/engine/epoch.hpp"

#include <memory>
#include <string>
#include <vector>

namespace zhida::matching::engine {

/// A condition of one rule, made ready to be read straight from the columns of one epoch.
struct ScanCondition {
  ConditionKind kind = ConditionKind::always;  ///< never `dated`: that has become `keys`
  bool negated = false;
  std::uint32_t attribute = 0;                          ///< column; beyond all columns for a name that nobody determined
  std::vector<KeyRange> ranges;                         ///< of keys
  std::vector<std::uint32_t> words;                     ///< accepted, ascending; of all_words those that must be there
  std::vector<std::uint8_t> accepted;                   ///< by word: 1 or 0
  bool impossible = false;                              ///< of all_words: some word is not in the vocabulary
  std::shared_ptr<const EvaluatedCondition> evaluated;  ///< of computed
  std::string key;                                      ///< equal for equal conditions; empty where masks are not worth keeping
};

/// A rule, which need not be registered, bound to an epoch and an evaluation date. Immutable.
struct AudiencePlan {
  std::shared_ptr<const Epoch> epoch;
  cel::Value asof;
  LoweredRule rule;
  std::vector<ScanCondition> conditions;  ///< as in `rule`
};
std::shared_ptr<const AudiencePlan> plan(std::shared_ptr<const Epoch> epoch, const Rule& rule, cel::Value asof);

/// Whether two conditions of a plan ask the same, so that neither can hold without the other.
bool ask_the_same(const AudiencePlan& plan, std::uint32_t a, std::uint32_t b);

/// Where a condition is true, and where it is neither true nor false.
struct Truth {
  Mask definite;
  Mask unknown;
};
/// For the profiles of one block of the plan's epoch. Only what is said of `candidates` is meant.
Truth scan(const ScanCondition& condition, const AudiencePlan& plan, const Block& block, const Kernels& with,
           const Mask& candidates = Mask::all());

}  // namespace zhida::matching::engine
