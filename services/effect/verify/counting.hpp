#pragma once

#include "domain/effect/counters.hpp"
#include "effect/verify/campaign_account.hpp"

#include <cstdint>
#include <unordered_map>

namespace zhida::effect_service::verify {

struct HashOfKey {
  std::size_t operator()(const effect::CounterKey& key) const;
};
/// Sums by what they count; see effect::CounterKey for what the parts of a key mean.
using Counts = std::unordered_map<effect::CounterKey, std::int64_t, HashOfKey>;

/// Adds what one enterprise adds to all counts by the published counting rules (design: delivered and reached apart; total, unique and
/// machine events; conversions within W days credited to one campaign; benefits by their surest state, of an exclusive group the one that
/// counts most).
void count(const Account& account, const Packages& packages, Counts& into);

}  // namespace zhida::effect_service::verify
