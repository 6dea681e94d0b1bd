#include "matching/engine/cross_match.hpp"

#include "matching/engine/tree_rails.hpp"

#include <algorithm>
#include <bit>

namespace zhida::matching::engine {

std::size_t Segment::living() const {
  std::size_t sum = code->size();
  for (std::size_t word = 0; dead && word < dead->size(); ++word) sum -= static_cast<std::size_t>(std::popcount((*dead)[word]));
  return sum;
}

std::size_t Epoch::rules() const {
  std::size_t sum = 0;
  for (const Segment& segment : segments) sum += segment.code->size();
  return sum;
}

CrossMatch::CrossMatch(std::shared_ptr<const Epoch> epoch, cel::Value asof, const Kernels& with)
    : epoch_(std::move(epoch)),
      dates_(bind(*epoch_->predicates, asof)),
      kernels_(with),
      masks_(with),
      rails_(chunk),
      favourable_(chunk),
      near_(chunk) {}

void CrossMatch::begin(std::size_t block) {
  masks_.decide(*epoch_->predicates, epoch_->words, dates_, *epoch_->attributes, *epoch_->blocks[block]);
}

DecidedRules CrossMatch::decide_chunk(const Segment& segment, const RuleGroup& group, std::uint32_t first, std::size_t block, bool near) {
  const std::uint32_t rules = std::min(chunk, group.rules - first);
  const MaskView masks = masks_.view();
  DecidedRules decided;
  decided.ids = std::span(segment.code->ids).subspan(group.first + first, rules);
  decided.rails = rails_.data();
  decided.first_profile = block * block_size;
  if (near) decided.near = near_.data();
  if (group.form == RuleGroup::Form::flat) {
    RuleRun run = segment.code->run(group);
    run.operands += std::size_t{first} * run.stride;
    run.rules = rules;
    near ? kernels_.rules_near(masks, run, rails_.data(), near_.data()) : kernels_.rules(masks, run, rails_.data());
  } else {
    if (group.manual) decided.favourable = favourable_.data();
    for (std::uint32_t i = 0; i < rules; ++i) {
      const Operand* const operands = segment.code->wide.data() + group.operands + std::size_t{first + i} * group.stride;
      const TreeRails rails = TreeDecider().decide(group.steps, operands, masks);
      rails_[i] = {rails.definite, rails.possible};
      favourable_[i] = rails.favourable;
      near_[i] = rails.near;
    }
  }
  if (segment.dead) {
    for (std::uint32_t i = 0; i < rules; ++i) {
      if (!segment.is_dead(group.first + first + i)) continue;
      rails_[i] = {};
      favourable_[i] = near_[i] = Mask::none();
    }
  }
  return decided;
}

Counting::Counting(std::shared_ptr<const Epoch> epoch, const Kernels& with)
    : epoch_(std::move(epoch)), kernels_(with), eligible_(epoch_->rules()), undecided_(epoch_->rules()), manual_(epoch_->rules()) {}

void Counting::operator()(const DecidedRules& decided) {
  const std::size_t first = decided.first_position;
  kernels_.count(decided.rails, decided.ids.size(), eligible_.data() + first, undecided_.data() + first);
  if (!decided.favourable) return;
  for (std::size_t i = 0; i < decided.ids.size(); ++i) manual_[first + i] += static_cast<std::uint32_t>(decided.manual(i).count());
}

RuleCounts Counting::counts() const {
  const std::size_t size = std::size_t{epoch_->greatest_rule} + 1;
  RuleCounts counts{std::vector<std::uint64_t>(size), std::vector<std::uint64_t>(size), std::vector<std::uint64_t>(size)};
  std::size_t position = 0;
  for (const Segment& segment : epoch_->segments)
    for (const RuleId id : segment.code->ids) {
      counts.eligible[id] += eligible_[position];
      counts.manual[id] += manual_[position];
      counts.unknown[id] += undecided_[position] - manual_[position];
      ++position;
    }
  return counts;
}

}  // namespace zhida::matching::engine
