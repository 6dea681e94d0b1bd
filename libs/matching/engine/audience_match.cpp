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
      done_(plan_->conditions.size()),
      read_(plan_->conditions.size()) {
  for (const ConditionNode& each : plan_->rule.nodes) children_.push_back(each.children);
  if (cache) {
    for (std::size_t i = 0; i < plan_->conditions.size(); ++i) {
      const ScanCondition& condition = plan_->conditions[i];
      if (condition.key.empty() || !reads_column(condition.kind)) continue;
      definite_[i] = cache->definite(condition, *plan_, with);
      missing_[i] = cache->missing(condition.attribute, *plan_);
    }
    present_ = cache->present(*plan_);
    use_kept();
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
      const Mask& present = plan_->epoch->blocks[block_]->present;
      passed += static_cast<double>((node(child, none, present).possible & present).count());
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
  if (block == block_ + 1) fetch_ahead(block);
  block_ = block;
  std::ranges::fill(done_, 0);
}

// A block's columns lie scattered, each behind a chain of pointers that no processor guesses: one link of the chain is fetched per block,
// for the conditions that the last block needed, as the next ones will need much the same.
void AudienceMatch::fetch_ahead(std::size_t block) {
  const auto& blocks = plan_->epoch->blocks;
  if (block + 4 >= blocks.size()) return;
  __builtin_prefetch(&blocks[block + 4]->present);
  __builtin_prefetch(&blocks[block + 4]->columns);
  for (std::size_t i = 0; i < read_.size(); ++i) {
    if (!read_[i]) continue;
    const std::uint32_t attribute = plan_->conditions[i].attribute;
    if (attribute < blocks[block + 3]->columns.size()) __builtin_prefetch(&blocks[block + 3]->columns[attribute]);
    if (const Column* const column = blocks[block + 2]->column(attribute)) column->fetch();
    if (const Column* const column = blocks[block + 1]->column(attribute)) column->fetch_data();
  }
  std::ranges::fill(read_, 0);
}

Truth AudienceMatch::read(std::uint32_t condition, const Mask& candidates) {
  read_[condition] = 1;
  return scan(plan_->conditions[condition], *plan_, *plan_->epoch->blocks[block_], kernels_, candidates);
}

const Truth& AudienceMatch::condition(std::uint32_t number) {
  if (!done_[number]) {
    truths_[number] =
        definite_[number] ? Truth{definite_[number]->masks[block_], missing_[number]->masks[block_]} : read(number, Mask::all());
    done_[number] = 1;
  }
  return truths_[number];
}

AudienceMatch::NodeRails AudienceMatch::leaf(std::uint32_t number, std::uint32_t flipped, const Mask& candidates) {
  const bool kept = done_[number] || definite_[number];
  const Truth truth = kept ? condition(number) : read(number, candidates);
  const bool manual = plan_->conditions[number].kind == ConditionKind::manual;
  NodeRails rails{truth.definite, manual ? truth.definite | truth.unknown : truth.definite, truth.definite | truth.unknown};
  if (flipped != none && ask_the_same(*plan_, number, flipped)) {
    const Mask was_false = ~rails.possible;
    rails.definite |= was_false;
    rails.favourable |= was_false;
    rails.possible |= was_false;
  }
  return rails;
}

AudienceMatch::NodeRails AudienceMatch::node(std::uint32_t number, std::uint32_t flipped, const Mask& candidates) {
  const ConditionNode& here = plan_->rule.nodes[number];
  if (here.kind == NodeKind::leaf) return leaf(here.condition, flipped, candidates);
  const bool all = here.kind == NodeKind::all;
  const Mask start = all ? candidates : Mask::none();
  NodeRails rails{start, start, start};
  for (const std::uint32_t child : children_[number]) {
    const NodeRails below = node(child, flipped, all ? rails.possible : candidates);
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

Mask AudienceMatch::definite(std::uint32_t number, const Mask& candidates) {
  const ConditionNode& here = plan_->rule.nodes[number];
  if (here.kind == NodeKind::leaf) return candidates & leaf(here.condition, none, candidates).definite;
  const bool all = here.kind == NodeKind::all;
  Mask found = all ? candidates : Mask::none();
  for (const std::uint32_t child : children_[number]) {
    if (all) {
      found = definite(child, found);
      if (!found.any()) break;
    } else {
      found |= definite(child, candidates & ~found);
    }
  }
  return found;
}

BlockVerdicts AudienceMatch::decide(std::size_t block) {
  begin(block);
  const Mask& present = plan_->epoch->blocks[block]->present;
  root_ = node(static_cast<std::uint32_t>(plan_->rule.nodes.size() - 1), none, present);
  root_.definite &= present;
  root_.favourable &= present;
  root_.possible &= present;
  return {root_.definite, root_.favourable & ~root_.definite, root_.possible & ~root_.favourable};
}

/// Finds out whether the kernels can read the rule from kept masks: conditions joined by `all`, and alternatives of such.
void AudienceMatch::use_kept() {
  const auto& nodes = plan_->rule.nodes;
  std::vector<std::uint32_t> operands, rest;
  const auto single = [&](std::uint32_t number, std::vector<std::uint32_t>& to) {
    const std::uint32_t condition = nodes[number].condition;
    to.push_back(condition);
    return nodes[number].kind == NodeKind::leaf && definite_[condition] && plan_->conditions[condition].kind != ConditionKind::manual;
  };
  const auto group = [&](std::uint32_t number) {
    if (nodes[number].kind == NodeKind::leaf) {
      terms_.push_back(1);
      return single(number, rest);
    }
    terms_.push_back(static_cast<std::uint8_t>(nodes[number].children.size()));
    return nodes[number].children.size() < 256 &&
           std::ranges::all_of(nodes[number].children, [&](std::uint32_t child) { return single(child, rest); });
  };
  const auto part = [&](std::uint32_t number) {
    if (nodes[number].kind != NodeKind::any) return single(number, operands);
    ++term_count_;
    terms_.push_back(static_cast<std::uint8_t>(nodes[number].children.size()));
    return nodes[number].children.size() < 256 && std::ranges::all_of(nodes[number].children, group);
  };
  const auto root = static_cast<std::uint32_t>(nodes.size() - 1);
  has_run_ = nodes[root].kind == NodeKind::all ? std::ranges::all_of(nodes[root].children, part) : part(root);
  if (!has_run_) return;
  singles_ = static_cast<std::uint32_t>(operands.size());
  operands.insert(operands.end(), rest.begin(), rest.end());
  for (const std::uint32_t condition : operands) {
    run_definite_.push_back(definite_[condition]->masks.data());
    run_unknown_.push_back(missing_[condition]->masks.data());
  }
}

std::uint64_t AudienceMatch::count_eligible() {
  std::uint64_t sum = 0;
  if (!has_run_) {
    const auto root = static_cast<std::uint32_t>(plan_->rule.nodes.size() - 1);
    for (std::size_t block = 0; block < blocks(); ++block) {
      begin(block);
      sum += definite(root, plan_->epoch->blocks[block]->present).count();
    }
    return sum;
  }
  constexpr std::size_t chunk = 64;
  Mask definite[chunk];
  for (std::size_t first = 0; first < blocks(); first += chunk) {
    const std::size_t size = std::min(chunk, blocks() - first);
    kernels_.kept_definite(run(), first, size, definite);
    sum += kernels_.count_masks(definite, size);
  }
  return sum;
}

AudienceCounts AudienceMatch::count() {
  AudienceCounts counts;
  if (has_run_) {
    constexpr std::size_t chunk = 64;
    Rails rails[chunk];
    std::uint32_t eligible[chunk] = {}, unknown[chunk] = {};
    for (std::size_t first = 0; first < blocks(); first += chunk) {
      const std::size_t size = std::min(chunk, blocks() - first);
      kernels_.kept(run(), first, size, rails);
      kernels_.count(rails, size, eligible, unknown);
    }
    for (std::size_t i = 0; i < chunk; ++i) {
      counts.eligible += eligible[i];
      counts.unknown += unknown[i];
    }
    counts.ineligible = kernels_.count_masks(present_->masks.data(), blocks()) - counts.eligible - counts.unknown;
    return counts;
  }
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
  return candidates & node(static_cast<std::uint32_t>(plan_->rule.nodes.size() - 1), number, candidates).favourable;
}

Mask AudienceMatch::one_short() {
  Mask result;
  for (std::uint32_t number = 0; number < plan_->conditions.size(); ++number) result |= one_short_of(number);
  return result;
}

}  // namespace zhida::matching::engine
