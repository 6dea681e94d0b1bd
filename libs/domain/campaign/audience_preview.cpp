#include "domain/campaign/audience_preview.hpp"

#include "matching/date.hpp"
#include "matching/explain.hpp"

#include <algorithm>
#include <utility>

namespace zhida::campaign {
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

std::vector<enterprise::Uscc> EnterpriseSample::sorted() const {
  std::vector<enterprise::Uscc> usccs;
  usccs.reserve(lowest_.size());
  for (const auto& [hash, uscc] : lowest_) usccs.push_back(uscc);
  std::ranges::sort(usccs);
  return usccs;
}

void RulePreview::add(const enterprise::Uscc& uscc, const policy::Subject& subject) {
  arena_.reset();
  const policy::Verdict verdict = matching::decide(rule_, subject.slots, subject.determinations, matching::midnight(options_.date), arena_);
  ++counts_[static_cast<std::size_t>(verdict)];
  if (verdict == policy::Verdict::eligible) sample_.offer(uscc);
  if (verdict != policy::Verdict::ineligible || !options_.near) return;
  if (const auto leaf = lacking(subject)) ++near_[*leaf];
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
  for (const auto& [leaf, count] : counted) result.push_back({rule_.leaves()[leaf].text, count});
  return result;
}

void AudiencePreview::add(const enterprise::Uscc& uscc, const policy::Subject& subject) {
  if (!audience_.contains(uscc, subject, date_, work_)) return;
  ++count_;
  sample_.offer(uscc);
  for (std::size_t i = 0; i < verdicts_.size(); ++i) ++verdicts_[i][static_cast<std::size_t>(work_.items[i].verdict)];
}

}  // namespace zhida::campaign
