#include "node/population/impact_tally.hpp"

#include "domain/policy/sentence.hpp"
#include "matching/date.hpp"

#include <span>
#include <utility>

namespace zhida::node {
namespace {

namespace engine = matching::engine;

campaign::ConditionTally tally_of(const stores::ReferenceData& reference, const engine::LoweredRule& lowered,
                                  const engine::ConditionShare& share) {
  const engine::Condition& condition = lowered.conditions[share.condition];
  const matching::Rule& rule = lowered.rule;
  campaign::ConditionTally tally;
  if (condition.kind == engine::ConditionKind::manual) {
    tally.leaves.push_back("manual." + rule.manual()[condition.attribute].name);
    tally.texts_zh.push_back(rule.manual()[condition.attribute].label_zh);
  }
  for (const std::uint32_t number : condition.leaves) {
    tally.leaves.push_back(rule.leaves()[number].text);
    tally.texts_zh.push_back(policy::leaf_zh(rule, rule.leaves()[number], reference.regions));
  }
  tally.profiles = share.profiles;
  tally.alone = share.decided_alone;
  return tally;
}

campaign::ChangeTally tally_of(const stores::ReferenceData& reference, const engine::LoweredRule& lowered, std::uint64_t count,
                               const campaign::EnterpriseSample& sample, std::span<const engine::ConditionShare> shares) {
  campaign::ChangeTally tally;
  tally.count = count;
  tally.sample = sample.sorted();
  for (const engine::ConditionShare& share : shares) tally.by.push_back(tally_of(reference, lowered, share));
  return tally;
}

}  // namespace

ImpactTallier::ImpactTallier(const stores::ReferenceData& reference, const stores::ProfileColumns& columns,
                             const std::shared_ptr<const engine::Epoch>& epoch, const matching::Rule& before, const matching::Rule& after,
                             const contracts::ImpactQuestion& question)
    : reference_(reference),
      columns_(columns),
      before_(engine::plan(epoch, before, matching::midnight(question.date))),
      after_(engine::plan(epoch, after, matching::midnight(question.date))),
      count_(before_, after_),
      region_(reference, epoch, question.region),
      entered_(static_cast<std::size_t>(question.sample)),
      left_(static_cast<std::size_t>(question.sample)),
      open_(static_cast<std::size_t>(question.sample)) {}

void ImpactTallier::add(std::size_t block) {
  const engine::Changed changed = count_.add(block, region_.of(block));
  const campaign::NameOfBit name = [&](std::size_t bit) {
    return columns_.uscc(static_cast<engine::ProfileId>(block * engine::block_size + bit));
  };
  entered_.offer(changed.entered, name);
  left_.offer(changed.left, name);
  open_.offer(changed.became_unknown, name);
}

campaign::ImpactTally ImpactTallier::tally() const {
  const engine::Impact& impact = count_.counted();
  campaign::ImpactTally tally;
  tally.moves = impact.moves;
  tally.entered = tally_of(reference_, before_->rule, impact.entered, entered_, impact.kept_out);
  tally.left = tally_of(reference_, after_->rule, impact.left, left_, impact.shuts_out);
  tally.became_unknown = tally_of(reference_, after_->rule, impact.became_unknown, open_, impact.leaves_open);
  return tally;
}

}  // namespace zhida::node
