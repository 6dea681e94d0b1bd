#pragma once

#include "domain/enterprise/uscc.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace zhida::campaign {

// What is counted about many enterprises. Each tally adds up from those of parts of them; `took` is that of the slowest part, and a sample
// is those with the lowest hashes (EnterpriseSample), so that the same are named however the enterprises were divided.

/// Enterprises by policy::Verdict.
using VerdictCounts = std::array<std::uint64_t, 4>;

/// What a rule would select.
struct RuleTally {
  /// How many enterprises lack one condition only.
  struct Near {
    std::uint32_t number = 0;  ///< of the leaf in the rule
    std::string leaf;          ///< as CEL
    std::uint64_t count = 0;
    bool operator==(const Near&) const = default;
  };

  VerdictCounts counts{};
  std::vector<Near> near;  ///< most frequent first
  std::vector<enterprise::Uscc> sample;
  std::chrono::microseconds took{0};
  bool operator==(const RuleTally&) const = default;
};

/// Whom a campaign would reach, and what comes out for the items of its package.
struct AudienceTally {
  std::uint64_t audience = 0;
  std::vector<VerdictCounts> verdicts;  ///< by item
  std::vector<enterprise::Uscc> sample;
  std::chrono::microseconds took{0};
  bool operator==(const AudienceTally&) const = default;
};

/// A condition's part in a change. Bounds on both sides of a number, or alternatives over one attribute, are one condition: then it stands
/// for several leaves.
struct ConditionTally {
  std::vector<std::string> leaves, texts_zh;
  std::uint64_t profiles = 0;  ///< of those that changed, for how many it decides
  std::uint64_t alone = 0;     ///< for how many it does so by itself
  bool operator==(const ConditionTally&) const = default;
};

/// One kind of change.
struct ChangeTally {
  std::uint64_t count = 0;
  std::vector<enterprise::Uscc> sample;
  std::vector<ConditionTally> by;  ///< every condition of the rule, in its order
  bool operator==(const ChangeTally&) const = default;
};

/// What becomes of enterprises when a rule takes another's place.
struct ImpactTally {
  std::array<VerdictCounts, 4> moves{};  ///< by verdict under the old and the new rule
  ChangeTally entered, left, became_unknown;
  std::chrono::microseconds took{0};
  bool operator==(const ImpactTally&) const = default;
};

// The sums of one or more parts, naming up to `sample` enterprises. They throw std::invalid_argument for parts that are not of one rule
// or package.
RuleTally sum(std::span<const RuleTally> parts, std::size_t sample);
AudienceTally sum(std::span<const AudienceTally> parts, std::size_t sample);
ImpactTally sum(std::span<const ImpactTally> parts, std::size_t sample);

}  // namespace zhida::campaign
