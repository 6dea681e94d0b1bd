#pragma once

#include "matching/decide.hpp"
#include "matching/engine/audience_match.hpp"
#include "matching/engine/deciding_conditions.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

namespace zhida::matching::engine {

/// How a condition took part in a change, as DecidingConditions says.
struct ConditionShare {
  std::uint32_t condition = 0;      ///< of the rule that it belongs to
  std::uint64_t profiles = 0;       ///< of those that changed, for how many it decides
  std::uint64_t decided_alone = 0;  ///< for how many it does so by itself
};

/// Who changes: eligible now and not before, eligible before and not now, unknown now and not before.
struct Changed {
  Mask entered, left, became_unknown;
};

/// What becomes of all profiles when a rule is replaced.
struct Impact {
  /// Profiles by verdict under the old and the new rule; indexed by Verdict.
  std::array<std::array<std::uint64_t, 4>, 4> moves{};
  std::uint64_t entered = 0, left = 0, became_unknown = 0;  ///< how many of each are in Changed
  std::vector<ConditionShare> kept_out;                     ///< conditions of the old rule that kept out who enters
  std::vector<ConditionShare> shuts_out;                    ///< conditions of the new rule that shut out who leaves
  std::vector<ConditionShare> leaves_open;                  ///< conditions of the new rule that are unknown for who becomes unknown
};

/// Counts what becomes of profiles when a rule is replaced, block by block, for whoever cannot stay until all are counted.
class ImpactCount {
 public:
  /// The plans must be of one epoch.
  ImpactCount(std::shared_ptr<const AudiencePlan> before, std::shared_ptr<const AudiencePlan> after, const Kernels& with = kernels());

  std::size_t blocks() const { return after_.blocks(); }
  /// Decides both rules for those of `within` that are in the block, and says who changes.
  Changed add(std::size_t block, const Mask& within = Mask::all());
  const Impact& counted() const { return counted_; }

 private:
  Impact counted_;
  AudienceMatch before_, after_;
  DecidingConditions deciding_before_, deciding_after_;
};

/// Decides both rules for every profile. The plans must be of one epoch.
Impact impact(std::shared_ptr<const AudiencePlan> before, std::shared_ptr<const AudiencePlan> after, const Kernels& with = kernels());

/// Who is exactly one condition short of a rule, by condition.
struct NearMisses {
  std::uint64_t profiles = 0;
  std::vector<std::uint64_t> by_condition;      ///< of the plan's rule; a profile may be helped by any of several alternatives
  std::vector<std::vector<ProfileId>> samples;  ///< by condition, the first ones
};
NearMisses near_misses(std::shared_ptr<const AudiencePlan> plan, std::size_t samples, const Kernels& with = kernels());

}  // namespace zhida::matching::engine
