#pragma once

#include "domain/effect/measure.hpp"
#include "effect/verify/campaign_account.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace zhida::effect_service::verify {

/// The one state a benefit is in, and its amount. Later states are surer.
struct Worth {
  enum State { conditional, estimated, granted, paid };
  std::uint64_t item = 0;
  std::string group;
  State state = estimated;
  std::optional<std::int64_t> fen;
  Instant granted_at;
};

/// What an item is worth to an enterprise that was reached. `decided` is what was decided about it, null = nothing; outcomes count from the
/// delivery on, `since`, and stand in order of time. Paid, if anything is left after what was paid back or amounts are unknown; else
/// granted; else the estimate, unless it was turned down and not applied for again. Nothing for items that are neither eligible nor manual.
std::optional<Worth> worth_of(const PackageItem& item, const delivery::ItemDecision* decided, std::optional<Instant> since,
                              const std::vector<delivery::OutcomeFact>& outcomes);

/// Of an exclusive group, and of one item in several campaigns, the surest counts; then a known amount; then the larger; then the lower
/// item.
bool counts_more(const Worth& a, const Worth& b);

/// Only the one that counts of each exclusive group.
std::vector<Worth> without_excluded(const std::vector<Worth>& all);

effect::Measure measure_of(Worth::State state);

}  // namespace zhida::effect_service::verify
