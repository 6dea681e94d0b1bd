#pragma once

#include "matching/engine/audience_match.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace zhida::matching::engine {

/// Whom a condition keeps from the verdict that they might have.
struct ConditionPart {
  Mask takes_part;  ///< it still decides: nothing that holds stands for it
  Mask alone;       ///< and nothing else does, or none of its alternatives is needed
};

/// Which conditions of a rule decide, for many profiles at once. A condition that does not hold need not matter: of `(a || b) && c`, where
/// b holds, a does not. Holds scratch memory: one for each thread and plan.
class DecidingConditions {
 public:
  explicit DecidingConditions(const AudiencePlan& plan);

  /// For profiles of the block last decided that are not eligible: what is not true, and would have to become so in some way of becoming
  /// eligible that asks for nothing in vain. `alone`: this one would do. By condition; one that stands at several places counts at the
  /// first, and takes part if it does at any.
  std::span<const ConditionPart> keep_out(AudienceMatch& match, const Mask& profiles);

  /// For profiles of the block last decided of which the verdict is unknown: what is unknown and still decides. `alone`: the verdict is
  /// known once this is, whichever way it goes.
  std::span<const ConditionPart> leave_open(AudienceMatch& match, const Mask& profiles);

 private:
  /// What a node comes to, then what it has to do with the profiles asked about.
  struct State {
    Mask definite, favourable, possible;
    Mask takes_part, alone;
  };
  void begin(AudienceMatch& match, const Mask& profiles);
  void settle_nodes(AudienceMatch& match, std::uint32_t assumed);
  void share_among_all(const ConditionNode& node, const State& state);
  static constexpr std::uint32_t none = 0xFFFFFFFF;

  const LoweredRule& rule_;
  std::vector<bool> manual_;          ///< by condition
  std::vector<std::uint32_t> first_;  ///< by condition: the first that asks the same
  std::vector<bool> repeated_;        ///< by condition: it is the first of several
  std::vector<State> states_;         ///< by node
  std::vector<ConditionPart> parts_;  ///< by condition
};

}  // namespace zhida::matching::engine
