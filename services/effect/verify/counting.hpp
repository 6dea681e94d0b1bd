#pragma once

#include "domain/effect/counters.hpp"
#include "effect/verify/account.hpp"

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace zhida::effect_service::verify {

/// One item of a campaign's package, as its first intents say.
struct PackageItem {
  std::string id;
  std::uint32_t version = 0;
  std::string group;
  int conversion_days = 30;
  std::uint64_t key = 0;
};

struct Package {
  delivery::Place place;
  std::vector<PackageItem> items;
};
using Packages = std::map<delivery::CampaignNumber, Package>;

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
