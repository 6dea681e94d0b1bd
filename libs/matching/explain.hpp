#pragma once

#include "matching/decide.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace zhida::matching {

enum class State : std::uint8_t { holds, fails, unknown };

/// `true`, `false`, `unknown`.
std::string_view to_string(State state);

/// A leaf of one rule for one enterprise.
struct ExplainedLeaf {
  const Leaf* leaf = nullptr;  ///< of the rule, which must outlive the explanation
  State state = State::unknown;
  std::string value;                ///< what the profile has, for a person: `小型 (small)`, `12`; empty when it is missing
  std::optional<cel::Fault> error;  ///< the leaf failed at run time; its state is then unknown
};

/// A node of the explained tree. The nodes stand in one vector, the root first.
struct ExplainedNode {
  enum class Kind : std::uint8_t { all, any, leaf, manual };
  Kind kind = Kind::leaf;
  State state = State::unknown;
  std::uint32_t index = 0;              ///< into `leaves`, or into the rule's manual conditions
  std::vector<std::uint32_t> children;  ///< into `nodes`
};

struct Explanation {
  Verdict verdict = Verdict::unknown;
  std::vector<ExplainedNode> nodes;   ///< nodes[0] is the root: the rule's tree, joined with its manual conditions
  std::vector<ExplainedLeaf> leaves;  ///< in the order of the rule's leaves
  /// For ineligible: a smallest set of false leaves that would have to hold for the rule not to be false; indices into `leaves`.
  std::vector<std::uint32_t> failing;
  /// For ineligible: names of manual conditions determined false.
  std::vector<std::string_view> failing_manual;
  /// Exactly one condition must flip, all others that count hold. Manual conditions without a determination do not count.
  bool one_short = false;
  /// For unknown: missing attributes that would decide, by slot, in the order of the rule.
  std::vector<std::uint32_t> missing;
  /// Manual conditions without a determination.
  std::vector<std::string_view> manual;
};

/// The verdict of `decide` with its reasons.
Explanation explain(const Rule& rule, std::span<const cel::Value> slots, std::span<const Determination> determinations, cel::Value asof,
                    cel::Arena& arena);

}  // namespace zhida::matching
