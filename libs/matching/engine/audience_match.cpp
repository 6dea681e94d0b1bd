#include "matching/engine/audience_match.hpp"

#include <algorithm>

namespace zhida::matching::engine {
namespace {

using NodeKind = ConditionNode::Kind;

bool reads_column(ConditionKind kind) {
  return kind == ConditionKind::keys || kind == ConditionKind::words || kind == ConditionKind::all_words || kind == ConditionKind::manual;
}

/// What it costs to read a condition from its column, in about 50 ns.
double cost_of(const ScanCondition& condition, const Epoch& epoch) {
  switch (condition.kind) {
    case ConditionKind::computed:
      return 2000;
    case ConditionKind::keys:
      return static_cast<double>(condition.ranges.size());
    case ConditionKind::words:
    case ConditionKind::all_words:
      if (epoch.attributes->form(condition.attribute) == Column::Form::lists) return 25;
      return std::min<double>(8, 0.5 * static_cast<double>(condition.words.size()));
    default:
      return 0.1;
  }
}

}  // namespace

AudienceMatch::AudienceMatch(std::shared_ptr<const AudiencePlan> plan, MaskCache* cache, const Kernels& with)
    : plan_(std::move(plan)),
      kernels_(with),
      definite_(plan_->conditions.size()),
      missing_(plan_->conditions.size()),
      truths_(plan_->conditions.size()),
      done_(plan_->conditions.size()) {
  for (const ConditionNode& each : plan_->rule.nodes) children_.push_back(each.children);
  if (cache) {
    for (std::size_t i = 0; i < plan_->conditions.size(); ++i) {
      const ScanCondition& condition = plan_->conditions[i];
      if (condition.key.empty() || !reads_column(condition.kind)) continue;
      definite_[i] = cache->definite(condition, *plan_, with);
      missing_[i] = cache->missing(condition.attribute, *plan_);
    }
  } else {
    learn_order();
  }
}

/// Reads a few blocks to see which children of the root rule out most for what they cost.
void AudienceMatch::learn_order() {
  constexpr std::size_t sample = 4;
  auto& children = children_.back();
  if (plan_->rule.nodes.back().kind != NodeKind::all || blocks() < 4 * sample) return;
  std::vector<double> gain(plan_->rule.nodes.size());
  for (const std::uint32_t child : children) {
    double passed = 1;
    for (std::size_t i = 0; i < sample; ++i) {
      begin(i * (blocks() / sample));
      passed += static_cast<double>((node(child, none).possible & plan_->epoch->blocks[block_]->present).count());
    }
    double cost = 0.1;
    const std::function<void(std::uint32_t)> add = [&](std::uint32_t number) {
      const ConditionNode& each = plan_->rule.nodes[number];
      if (each.kind == NodeKind::leaf) cost += cost_of(plan_->conditions[each.condition], *plan_->epoch);
      for (const std::uint32_t below : each.children) add(below);
    };
    add(child);
    // The chance that a whole block needs nothing more grows with what is ruled out; so does what it may cost to find out.
    gain[child] = (sample * block_size - passed + 1) / cost;
  }
  std::ranges::stable_sort(children, [&](std::uint32_t a, std::uint32_t b) { return gain[a] > gain[b]; });
}

void AudienceMatch::begin(std::size_t block) {
  block_ = block;
  std::ranges::fill(done_, 0);
}

const Truth& AudienceMatch::condition(std::uint32_t number) {
  if (!done_[number]) {
    truths_[number] = definite_[number] ? Truth{definite_[number]->masks[block_], missing_[number]->masks[block_]}
                                        : scan(plan_->conditions[number], *plan_, *plan_->epoch->blocks[block_], kernels_);
    done_[number] = 1;
  }
  return truths_[number];
}

bool AudienceMatch::same(std::uint32_t a, std::uint32_t b) const {
  const Condition &x = plan_->rule.conditions[a], &y = plan_->rule.conditions[b];
  const std::string &key = plan_->conditions[a].key, &other = plan_->conditions[b].key;
  if (!key.empty() || !other.empty()) return key == other;
  return x.text == y.text && x.negated == y.negated;
}

AudienceMatch::Rails AudienceMatch::leaf(std::uint32_t number, std::uint32_t flipped) {
  const Truth& truth = condition(number);
  const bool manual = plan_->conditions[number].kind == ConditionKind::manual;
  Rails rails{truth.definite, manual ? truth.definite | truth.unknown : truth.definite, truth.definite | truth.unknown};
  if (flipped != none && same(number, flipped)) {
    const Mask was_false = ~rails.possible;
    rails.definite |= was_false;
    rails.favourable |= was_false;
    rails.possible |= was_false;
  }
  return rails;
}

AudienceMatch::Rails AudienceMatch::node(std::uint32_t number, std::uint32_t flipped) {
  const ConditionNode& here = plan_->rule.nodes[number];
  if (here.kind == NodeKind::leaf) return leaf(here.condition, flipped);
  const bool all = here.kind == NodeKind::all;
  const bool root = number + 1 == plan_->rule.nodes.size();
  const Mask start = !all ? Mask::none() : root ? plan_->epoch->blocks[block_]->present : Mask::all();
  Rails rails{start, start, start};
  for (const std::uint32_t child : children_[number]) {
    const Rails below = node(child, flipped);
    if (all) {
      rails.definite &= below.definite;
      rails.favourable &= below.favourable;
      rails.possible &= below.possible;
      if (!rails.possible.any()) break;
    } else {
      rails.definite |= below.definite;
      rails.favourable |= below.favourable;
      rails.possible |= below.possible;
    }
  }
  return rails;
}

BlockVerdicts AudienceMatch::decide(std::size_t block) {
  begin(block);
  root_ = node(static_cast<std::uint32_t>(plan_->rule.nodes.size() - 1), none);
  const Mask& present = plan_->epoch->blocks[block]->present;
  root_.definite &= present;
  root_.favourable &= present;
  root_.possible &= present;
  return {root_.definite, root_.favourable & ~root_.definite, root_.possible & ~root_.favourable};
}

AudienceCounts AudienceMatch::count() {
  AudienceCounts counts;
  std::uint64_t present = 0;
  for (std::size_t block = 0; block < blocks(); ++block) {
    const BlockVerdicts verdicts = decide(block);
    present += plan_->epoch->blocks[block]->present.count();
    counts.eligible += verdicts.eligible.count();
    counts.manual += verdicts.manual.count();
    counts.unknown += verdicts.unknown.count();
  }
  counts.ineligible = present - counts.eligible - counts.manual - counts.unknown;
  return counts;
}

Mask AudienceMatch::one_short_of(std::uint32_t number) {
  const Truth truth = condition(number);
  const Mask candidates = plan_->epoch->blocks[block_]->present & ~root_.possible & ~(truth.definite | truth.unknown);
  if (!candidates.any()) return Mask::none();
  return candidates & node(static_cast<std::uint32_t>(plan_->rule.nodes.size() - 1), number).favourable;
}

Mask AudienceMatch::one_short() {
  Mask result;
  for (std::uint32_t number = 0; number < plan_->conditions.size(); ++number) result |= one_short_of(number);
  return result;
}

}  // namespace zhida::matching::engine
