#include "matching/engine/differences.hpp"

#include "matching/date.hpp"

#include <algorithm>

namespace zhida::matching::engine {
namespace {

bool have_same_rules(const Epoch& a, const Epoch& b) {
  return std::ranges::equal(a.segments, b.segments,
                            [](const Segment& one, const Segment& other) { return one.code == other.code && one.dead == other.dead; });
}

}  // namespace

Differences::Differences(const Side& before, const Side& after, const Kernels& with)
    : old_(before.epoch),
      new_(after.epoch),
      before_(before.epoch, before.asof, with),
      after_(after.epoch, after.asof, with),
      blocks_(std::max(before.epoch->blocks.size(), after.epoch->blocks.size())),
      same_rules_(day_of(before.asof) == day_of(after.asof) && have_same_rules(*before.epoch, *after.epoch)),
      was_(std::size_t{std::max(before.epoch->greatest_rule, after.epoch->greatest_rule)} + 1) {}

std::array<Mask, 4> Differences::Verdicts::by_verdict() const {
  std::array<Mask, 4> all;
  all[static_cast<std::size_t>(Verdict::eligible)] = eligible;
  all[static_cast<std::size_t>(Verdict::manual)] = manual;
  all[static_cast<std::size_t>(Verdict::unknown)] = unknown;
  all[static_cast<std::size_t>(Verdict::ineligible)] = ~(eligible | manual | unknown);
  return all;
}

bool Differences::is_same(std::size_t block) const {
  return same_rules_ && block < before_.blocks() && block < after_.blocks() && old_->blocks[block] == new_->blocks[block];
}

void Differences::decide_before(std::size_t block) {
  if (block >= before_.blocks()) return;
  before_.decide(block, [this](const DecidedRules& decided) {
    for (std::size_t i = 0; i < decided.ids.size(); ++i) {
      const Verdicts was = verdicts_of(decided, i);
      if (!was.any()) continue;
      was_[decided.ids[i]] = was;
      touched_.push_back(decided.ids[i]);
    }
  });
}

}  // namespace zhida::matching::engine
