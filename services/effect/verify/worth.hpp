#pragma once

#include "domain/effect/measure.hpp"
#include "effect/verify/campaign_account.hpp"
#include "effect/verify/credit.hpp"

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

/// What an item is worth to an enterprise that a campaign reached. `decided` is what was decided about it, null = nothing; outcomes count
/// from the delivery on, `since`, and stand in order of time; `owners[i]` is the index of the campaign whose money `outcomes[i]` is. Paid
/// less what went back, 0 if that is all; but all returned, and not recovered, of what was granted is granted still. Else granted, 0 if
/// all money is another campaign's. Else the estimate, unless it was turned down and not applied for again. Nothing for items that are
/// neither eligible nor manual.
std::optional<Worth> worth_of(const PackageItem& item, const delivery::ItemDecision* decided, std::optional<Instant> since,
                              const std::vector<delivery::OutcomeFact>& outcomes, const Owners& owners, std::size_t campaign);

/// Of an exclusive group, and of one item in several campaigns, the surest counts; then a known amount; then the larger; then the lower
/// item.
bool counts_more(const Worth& a, const Worth& b);

/// Only the one that counts of each exclusive group.
std::vector<Worth> without_excluded(const std::vector<Worth>& all);

effect::Measure measure_of(Worth::State state);

}  // namespace zhida::effect_service::verify
