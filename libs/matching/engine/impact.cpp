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

void add_parts(std::span<const ConditionPart> parts, std::vector<ConditionShare>& shares) {
  for (std::size_t i = 0; i < shares.size(); ++i) {
    shares[i].profiles += parts[i].takes_part.count();
    shares[i].decided_alone += parts[i].alone.count();
  }
}

}  // namespace

ImpactCount::ImpactCount(std::shared_ptr<const AudiencePlan> before, std::shared_ptr<const AudiencePlan> after, const Kernels& with)
    : before_(before, nullptr, with), after_(after, nullptr, with), deciding_before_(*before), deciding_after_(*after) {
  counted_.kept_out = shares_of(*before);
  counted_.shuts_out = shares_of(*after);
  counted_.leaves_open = shares_of(*after);
}

Changed ImpactCount::add(std::size_t block, const Mask& within) {
  const Mask present = after_.plan().epoch->blocks[block]->present & within;
  if (!present.any()) return {};
  const BlockVerdicts was = before_.decide(block), is = after_.decide(block);
  const auto from = by_verdict(was, present), to = by_verdict(is, present);
  for (std::size_t a = 0; a < from.size(); ++a)
    for (std::size_t b = 0; b < to.size(); ++b) counted_.moves[a][b] += (from[a] & to[b]).count();
  const Changed changed{present & is.eligible & ~was.eligible, present & was.eligible & ~is.eligible, present & is.unknown & ~was.unknown};
  counted_.entered += changed.entered.count();
  counted_.left += changed.left.count();
  counted_.became_unknown += changed.became_unknown.count();
  if (changed.entered.any()) add_parts(deciding_before_.keep_out(before_, changed.entered), counted_.kept_out);
  if (changed.left.any()) add_parts(deciding_after_.keep_out(after_, changed.left), counted_.shuts_out);
  if (changed.became_unknown.any()) add_parts(deciding_after_.leave_open(after_, changed.became_unknown), counted_.leaves_open);
  return changed;
}

Impact impact(std::shared_ptr<const AudiencePlan> before, std::shared_ptr<const AudiencePlan> after, const Kernels& with) {
  ImpactCount count(std::move(before), std::move(after), with);
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
