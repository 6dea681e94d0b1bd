#include "domain/campaign/audience_preview.hpp"

#include "matching/date.hpp"
#include "matching/explain.hpp"

#include <algorithm>
#include <utility>

namespace zhida::campaign {
using matching::engine::BlockVerdicts;
using matching::engine::Mask;

namespace {

constexpr std::size_t most_remembered = 100'000;

}  // namespace

void EnterpriseSample::offer(const enterprise::Uscc& uscc) {
  if (most_ == 0) return;
  const std::pair<std::uint64_t, enterprise::Uscc> entry(enterprise::hash_of(uscc), uscc);
  if (lowest_.size() == most_) {
    if (lowest_.front() <= entry) return;
    std::ranges::pop_heap(lowest_);
    lowest_.pop_back();
  }
  lowest_.push_back(entry);
  std::ranges::push_heap(lowest_);
}

void EnterpriseSample::offer(const matching::engine::Mask& enterprises, const NameOfBit& name) {
  if (most_ == 0) return;
  matching::engine::for_each_bit(enterprises, [&](std::size_t bit) { offer(name(bit)); });
}

std::vector<enterprise::Uscc> EnterpriseSample::sorted() const {
  std::vector<enterprise::Uscc> usccs;
  usccs.reserve(lowest_.size());
  for (const auto& [hash, uscc] : lowest_) usccs.push_back(uscc);
  std::ranges::sort(usccs);
  return usccs;
}

void RulePreview::add(const BlockVerdicts& verdicts, const Mask& within, const Mask& may_be_near, const NameOfBit& name,
                      const std::function<policy::Subject(std::size_t bit)>& subject) {
  const Mask ineligible = within & ~(verdicts.eligible | verdicts.manual | verdicts.unknown);
  const auto count = [&](policy::Verdict verdict, const Mask& mask) { counts_[static_cast<std::size_t>(verdict)] += mask.count(); };
  count(policy::Verdict::eligible, within & verdicts.eligible);
  count(policy::Verdict::manual, within & verdicts.manual);
  count(policy::Verdict::unknown, within & verdicts.unknown);
  count(policy::Verdict::ineligible, ineligible);
  sample_.offer(within & verdicts.eligible, name);
  if (!options_.near) return;
  matching::engine::for_each_bit(ineligible & may_be_near, [&](std::size_t bit) {
    arena_.reset();
    if (const auto leaf = lacking(subject(bit))) ++near_[*leaf];
  });
}

// Explaining is dear, and what it says here depends on the leaves' states only, of which few combinations occur.
std::optional<std::uint32_t> RulePreview::lacking(const policy::Subject& subject) {
  const cel::Value asof = matching::midnight(options_.date);
  states_.clear();
  for (const matching::Leaf& leaf : rule_.leaves()) {
    const cel::Value value = rule_.program().evaluate_at(leaf.node, subject.slots, asof, arena_);
    states_.push_back(value.is_true() ? 't' : value.is_false() ? 'f' : 'u');
  }
  const auto known = lacking_by_states_.find(states_);
  if (known != lacking_by_states_.end()) return known->second;
  const matching::Explanation explained = matching::explain(rule_, subject.slots, subject.determinations, asof, arena_);
  std::optional<std::uint32_t> leaf;
  if (explained.one_short && !explained.failing.empty()) leaf = rule_.leaves()[explained.failing.front()].same_as;
  if (lacking_by_states_.size() < most_remembered) lacking_by_states_.emplace(states_, leaf);
  return leaf;
}

std::vector<RulePreview::Near> RulePreview::near() const {
  std::vector<std::pair<std::uint32_t, std::uint64_t>> counted(near_.begin(), near_.end());
  std::ranges::sort(counted, [](const auto& a, const auto& b) { return a.second != b.second ? a.second > b.second : a.first < b.first; });
  std::vector<Near> result;
  for (const auto& [leaf, count] : counted) result.push_back({leaf, rule_.leaves()[leaf].text, count});
  return result;
}

void AudiencePreview::add(const enterprise::Uscc& uscc, const policy::Subject& subject) {
  if (!audience_.contains(uscc, subject, date_, work_)) return;
  ++count_;
  sample_.offer(uscc);
  for (std::size_t i = 0; i < verdicts_.size(); ++i) ++verdicts_[i][static_cast<std::size_t>(work_.items[i].verdict)];
}

void AudiencePreview::add(AudienceMasks& masks, std::size_t block, const Mask& within, const NameOfBit& name) {
  const Mask members = masks.members(block) & within;
  if (!members.any()) return;
  count_ += members.count();
  sample_.offer(members, name);
  for (std::size_t i = 0; i < verdicts_.size(); ++i) {
    const BlockVerdicts& verdicts = masks.item(i);
    const auto count = [&](policy::Verdict verdict, const Mask& mask) { verdicts_[i][static_cast<std::size_t>(verdict)] += mask.count(); };
    count(policy::Verdict::eligible, members & verdicts.eligible);
    count(policy::Verdict::manual, members & verdicts.manual);
    count(policy::Verdict::unknown, members & verdicts.unknown);
    count(policy::Verdict::ineligible, members & ~(verdicts.eligible | verdicts.manual | verdicts.unknown));
  }
}

}  // namespace zhida::campaign
