#include "matching/engine/impact.hpp"

namespace zhida::matching::engine {
namespace {

/// The masks of a block by Verdict.
std::array<Mask, 4> by_verdict(const BlockVerdicts& verdicts, const Mask& present) {
  std::array<Mask, 4> masks;
  masks[static_cast<std::size_t>(Verdict::eligible)] = verdicts.eligible;
  masks[static_cast<std::size_t>(Verdict::manual)] = verdicts.manual;
  masks[static_cast<std::size_t>(Verdict::unknown)] = verdicts.unknown;
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

Impact impact(std::shared_ptr<const AudiencePlan> before, std::shared_ptr<const AudiencePlan> after, std::size_t samples,
              const Kernels& with) {
  Impact result;
  result.kept_out = shares_of(*before);
  result.shuts_out = shares_of(*after);
  result.leaves_open = shares_of(*after);
  AudienceMatch old_match(std::move(before), nullptr, with), new_match(std::move(after), nullptr, with);
  for (std::size_t block = 0; block < new_match.blocks(); ++block) {
    const Mask& present = new_match.plan().epoch->blocks[block]->present;
    const BlockVerdicts was = old_match.decide(block), is = new_match.decide(block);
    const auto from = by_verdict(was, present), to = by_verdict(is, present);
    for (std::size_t a = 0; a < from.size(); ++a)
      for (std::size_t b = 0; b < to.size(); ++b) result.moves[a][b] += (from[a] & to[b]).count();
    const Mask entered = is.eligible & ~was.eligible, left = was.eligible & ~is.eligible, open = is.unknown & ~was.unknown;
    result.entered += entered.count();
    result.left += left.count();
    result.became_unknown += open.count();
    take_samples(entered, block, samples, result.entered_samples);
    take_samples(left, block, samples, result.left_samples);
    take_samples(open, block, samples, result.unknown_samples);
    add_shares(old_match, entered, false, result.kept_out);
    add_shares(new_match, left, false, result.shuts_out);
    add_shares(new_match, open, true, result.leaves_open);
  }
  return result;
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
