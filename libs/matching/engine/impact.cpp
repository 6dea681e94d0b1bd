#include "matching/engine/impact.hpp"

namespace zhida::matching::engine {
namespace {

/// The masks of a block by Verdict.
std::array<Mask, 4> by_verdict(const BlockVerdicts& verdicts, const Mask& present) {
  std::array<Mask, 4> masks;
  masks[static_cast<std::size_t>(Verdict::eligible)] = present & verdicts.eligible;
  masks[static_cast<std::size_t>(Verdict::manual)] = present & verdicts.manual;
  masks[static_cast<std::size_t>(Verdict::unknown)] = present & verdicts.unknown;
  masks[static_cast<std::size_t>(Verdict::ineligible)] = present & ~(verdicts.eligible | verdicts.manual | verdicts.unknown);
  return masks;
}

void take_samples(const Mask& mask, std::size_t block, std::size_t most, std::vector<ProfileId>& samples) {
  if (samples.size() >= most) return;
  for_each_bit(mask, [&](std::size_t bit) {
    if (samples.size() < most) samples.push_back(static_cast<ProfileId>(block * block_size + bit));
  });
}

std::vector<ConditionShare> shares_of(const AudiencePlan& plan) {
  std::vector<ConditionShare> shares;
  for (std::uint32_t i = 0; i < plan.conditions.size(); ++i) shares.push_back({i, 0, 0});
  return shares;
}

/// Adds for each condition in which of `profiles` it does not hold (`open`: is unknown), and in which no other does so.
void add_shares(AudienceMatch& match, const Mask& profiles, bool open, std::vector<ConditionShare>& shares) {
  if (!profiles.any()) return;
  std::vector<Mask> failing;
  Mask once, twice;
  for (const ConditionShare& share : shares) {
    const Truth& truth = match.condition(share.condition);
    failing.push_back(profiles & (open ? truth.unknown : ~truth.definite));
    twice |= once & failing.back();
    once |= failing.back();
  }
  for (std::size_t i = 0; i < shares.size(); ++i) {
    shares[i].profiles += failing[i].count();
    shares[i].decided_alone += (failing[i] & ~twice).count();
  }
}

}  // namespace

ImpactCount::ImpactCount(std::shared_ptr<const AudiencePlan> before, std::shared_ptr<const AudiencePlan> after, std::size_t samples,
                         const Kernels& with)
    : before_(before, nullptr, with), after_(after, nullptr, with), samples_(samples) {
  counted_.kept_out = shares_of(*before);
  counted_.shuts_out = shares_of(*after);
  counted_.leaves_open = shares_of(*after);
}

void ImpactCount::add(std::size_t block, const Mask& within) {
  const Mask present = after_.plan().epoch->blocks[block]->present & within;
  if (!present.any()) return;
  const BlockVerdicts was = before_.decide(block), is = after_.decide(block);
  const auto from = by_verdict(was, present), to = by_verdict(is, present);
  for (std::size_t a = 0; a < from.size(); ++a)
    for (std::size_t b = 0; b < to.size(); ++b) counted_.moves[a][b] += (from[a] & to[b]).count();
  const Mask entered = present & is.eligible & ~was.eligible, left = present & was.eligible & ~is.eligible;
  const Mask open = present & is.unknown & ~was.unknown;
  counted_.entered += entered.count();
  counted_.left += left.count();
  counted_.became_unknown += open.count();
  take_samples(entered, block, samples_, counted_.entered_samples);
  take_samples(left, block, samples_, counted_.left_samples);
  take_samples(open, block, samples_, counted_.unknown_samples);
  add_shares(before_, entered, false, counted_.kept_out);
  add_shares(after_, left, false, counted_.shuts_out);
  add_shares(after_, open, true, counted_.leaves_open);
}

Impact impact(std::shared_ptr<const AudiencePlan> before, std::shared_ptr<const AudiencePlan> after, std::size_t samples,
              const Kernels& with) {
  ImpactCount count(std::move(before), std::move(after), samples, with);
  for (std::size_t block = 0; block < count.blocks(); ++block) count.add(block);
  return count.counted();
}

NearMisses near_misses(std::shared_ptr<const AudiencePlan> plan, std::size_t samples, const Kernels& with) {
  NearMisses result;
  result.by_condition.resize(plan->conditions.size());
  result.samples.resize(plan->conditions.size());
  AudienceMatch match(std::move(plan), nullptr, with);
  for (std::size_t block = 0; block < match.blocks(); ++block) {
    match.decide(block);
    Mask any;
    for (std::uint32_t i = 0; i < result.by_condition.size(); ++i) {
      const Mask short_of = match.one_short_of(i);
      any |= short_of;
      result.by_condition[i] += short_of.count();
      take_samples(short_of, block, samples, result.samples[i]);
    }
    result.profiles += any.count();
  }
  return result;
}

}  // namespace zhida::matching::engine
