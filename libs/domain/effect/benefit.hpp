#pragma once

#include "domain/delivery/ledger.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace zhida::effect {

/// How sure a benefit is. The surest counts, and each benefit counts once.
enum class BenefitState : std::uint8_t { conditional, estimated, confirmed, paid };

/// What one item is worth to one enterprise.
struct Benefit {
  std::uint64_t item = 0;
  std::uint64_t group = 0;  ///< exclusive group; 0 = none
  BenefitState state = BenefitState::estimated;
  std::optional<std::int64_t> fen;  ///< nothing = unknown
  delivery::Instant at;             ///< of the grant; meaningless for the others

  friend bool operator==(const Benefit&, const Benefit&) = default;
};

/// Worth of an item to an enterprise that one campaign reached, from its decision (null = none) and the outcomes at or after `since`
/// (nothing = outcomes do not count). `credited[i]`: the money of `outcomes[i]` is this campaign's, see outcome_credit.hpp.
///
/// Paid: money paid less returned and recovered, 0 when nothing is left; once all was returned, what is granted counts again. Confirmed:
/// granted, 0 if that is another campaign's. While nothing was granted or paid: estimated, the estimate of an eligible item; conditional,
/// of one whose verdict is manual. Nothing for other verdicts, and after a rejection that no application followed.
std::optional<Benefit> benefit(std::uint64_t item, std::uint64_t group, const delivery::ItemDecision* decision,
                               std::optional<delivery::Instant> since, std::span<const delivery::OutcomeFact> outcomes,
                               const std::vector<bool>& credited);

/// Whether `a` counts before `b` when only one of them can: by state, then a known amount, then the larger one, then the lower item key.
bool counts_before(const Benefit& a, const Benefit& b);

/// Drops all but the one that counts of each exclusive group.
std::vector<Benefit> without_excluded(std::vector<Benefit> benefits);

}  // namespace zhida::effect
