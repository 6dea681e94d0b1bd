#pragma once

#include "domain/effect/counters.hpp"
#include "domain/effect/measure.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace zhida::effect {

/// Impressions or clicks. Raw traffic = total + machine.
struct Traffic {
  std::int64_t total = 0;    ///< distinct events of people
  std::int64_t unique = 0;   ///< distinct (campaign, enterprise)
  std::int64_t machine = 0;  ///< distinct events of machines

  friend bool operator==(const Traffic&, const Traffic&) = default;
};

/// Benefit value 含金量 of the reached, in fen; each benefit in one state only.
struct BenefitSums {
  std::int64_t estimated = 0;
  std::int64_t conditional = 0;  ///< estimates that still hang on a manual condition
  std::int64_t confirmed = 0;
  std::int64_t paid = 0;
  std::int64_t unknown = 0;  ///< number of benefits without a known amount

  friend bool operator==(const BenefitSums&, const BenefitSums&) = default;
};

/// The totals of one campaign, one item in it, or one item over all campaigns.
struct Funnel {
  std::int64_t decided = 0;
  std::int64_t enterprises = 0;
  std::int64_t reach_base = 0;
  std::array<std::int64_t, domain::EnumNames<delivery::State>::names.size()> by_state{};
  std::array<std::int64_t, domain::EnumNames<delivery::Reason>::names.size()> by_reason{};
  std::int64_t delivered = 0;
  std::int64_t reached = 0;
  Traffic impressions;
  Traffic clicks;
  std::int64_t clicked_and_shown = 0;
  std::int64_t conversions = 0;
  BenefitSums benefit;
  std::array<std::int64_t, domain::EnumNames<delivery::Verdict>::names.size()> verdicts{};
  std::array<std::int64_t, domain::EnumNames<delivery::EngagementType>::names.size()> enterprises_by_engagement{};

  /// Adds what one counter says: feed it the totals of as many partitions as there are.
  void add(Measure measure, std::int64_t value);

  /// Unique clicks ÷ unique impressions over the same enterprises; nothing without impressions.
  std::optional<double> ctr() const;
  /// Reached ÷ those reach is measured against; nothing if there are none.
  std::optional<double> reach() const;

  friend bool operator==(const Funnel&, const Funnel&) = default;
};

/// The invariants that do not hold, each as a sentence; empty = all hold. Of a campaign; rows of items have no states.
std::vector<std::string> broken_invariants(const Funnel& campaign);

}  // namespace zhida::effect
