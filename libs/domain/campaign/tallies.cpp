#include "domain/campaign/tallies.hpp"

#include "domain/campaign/audience_preview.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>
#include <utility>

namespace zhida::campaign {
namespace {

template <class Parts, class Sample>
std::vector<enterprise::Uscc> sample_of(const Parts& parts, Sample part, std::size_t most) {
  EnterpriseSample all(most);
  for (const auto& each : parts)
    for (const enterprise::Uscc& uscc : part(each)) all.offer(uscc);
  return all.sorted();
}

template <class Parts>
std::chrono::microseconds slowest(const Parts& parts) {
  std::chrono::microseconds most{0};
  for (const auto& each : parts) most = std::max(most, each.took);
  return most;
}

void require(bool alike) {
  if (!alike) throw std::invalid_argument("tallies of different things cannot be added");
}

void add(VerdictCounts& sum, const VerdictCounts& part) {
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += part[i];
}

ChangeTally sum(std::span<const ImpactTally> parts, ChangeTally ImpactTally::*kind, std::size_t sample) {
  ChangeTally all;
  all.sample = sample_of(
      parts, [kind](const ImpactTally& part) -> const auto& { return (part.*kind).sample; }, sample);
  for (const ImpactTally& part : parts) {
    const ChangeTally& change = part.*kind;
    all.count += change.count;
    if (all.by.empty()) {
      all.by = change.by;
      continue;
    }
    require(std::ranges::equal(all.by, change.by, {}, &ConditionTally::leaves, &ConditionTally::leaves));
    for (std::size_t i = 0; i < all.by.size(); ++i) {
      all.by[i].profiles += change.by[i].profiles;
      all.by[i].alone += change.by[i].alone;
    }
  }
  return all;
}

}  // namespace

RuleTally sum(std::span<const RuleTally> parts, std::size_t sample) {
  RuleTally all;
  std::map<std::uint32_t, RuleTally::Near> near;
  for (const RuleTally& part : parts) {
    add(all.counts, part.counts);
    for (const RuleTally::Near& each : part.near) {
      RuleTally::Near& known = near.try_emplace(each.number, RuleTally::Near{each.number, each.leaf, 0}).first->second;
      require(known.leaf == each.leaf);
      known.count += each.count;
    }
  }
  for (auto& [number, each] : near) all.near.push_back(std::move(each));
  std::ranges::stable_sort(all.near, std::ranges::greater(), &RuleTally::Near::count);
  all.sample = sample_of(
      parts, [](const RuleTally& part) -> const auto& { return part.sample; }, sample);
  all.took = slowest(parts);
  return all;
}

AudienceTally sum(std::span<const AudienceTally> parts, std::size_t sample) {
  AudienceTally all;
  for (const AudienceTally& part : parts) {
    all.audience += part.audience;
    if (all.verdicts.empty()) all.verdicts.resize(part.verdicts.size());
    require(all.verdicts.size() == part.verdicts.size());
    for (std::size_t i = 0; i < all.verdicts.size(); ++i) add(all.verdicts[i], part.verdicts[i]);
  }
  all.sample = sample_of(
      parts, [](const AudienceTally& part) -> const auto& { return part.sample; }, sample);
  all.took = slowest(parts);
  return all;
}

ImpactTally sum(std::span<const ImpactTally> parts, std::size_t sample) {
  ImpactTally all;
  for (const ImpactTally& part : parts)
    for (std::size_t from = 0; from < all.moves.size(); ++from) add(all.moves[from], part.moves[from]);
  all.entered = sum(parts, &ImpactTally::entered, sample);
  all.left = sum(parts, &ImpactTally::left, sample);
  all.became_unknown = sum(parts, &ImpactTally::became_unknown, sample);
  all.took = slowest(parts);
  return all;
}

}  // namespace zhida::campaign
