#include "matching/engine/findings.hpp"

#include "matching/engine/ranges.hpp"
#include "matching/engine/rule_tree.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <set>

namespace zhida::matching::engine {
namespace {

using NodeKind = ConditionNode::Kind;

Answer list_answer(const ScanCondition& condition, const Column& column, std::size_t bit) {
  if (condition.kind == ConditionKind::words) {
    bool found = false;
    column.for_each_word(bit, [&](std::uint32_t word) { found = found || condition.accepted[word]; });
    return found != condition.negated ? Answer::yes : Answer::no;
  }
  const bool all = !condition.impossible && std::ranges::all_of(condition.words, [&](std::uint32_t wanted) {
    bool found = false;
    column.for_each_word(bit, [&](std::uint32_t word) { found = found || word == wanted; });
    return found;
  });
  return all != condition.negated ? Answer::yes : Answer::no;
}

}  // namespace

Finder::Finder(std::shared_ptr<const AudiencePlan> plan) : plan_(std::move(plan)), states_(plan_->rule.nodes.size()) {
  findings_.answers.resize(plan_->conditions.size());
}

Answer Finder::ask(std::uint32_t number, const Block& block, std::size_t bit) const {
  const ScanCondition& condition = plan_->conditions[number];
  const Column* const column = block.column(condition.attribute);
  const bool known = column && column->known.test(bit);
  const auto answer = [&](bool yes) { return yes ? Answer::yes : Answer::no; };
  switch (condition.kind) {
    case ConditionKind::always:
      return answer(!condition.negated);
    case ConditionKind::known:
      return answer(known != condition.negated);
    case ConditionKind::computed: {
      Mask one, holds, unknown;
      one.set(bit);
      evaluate(*condition.evaluated, *plan_->epoch->attributes, block, one, plan_->asof, holds, unknown);
      return unknown.any() ? Answer::open : answer(holds.any());
    }
    default:
      break;
  }
  if (!known) return Answer::open;
  switch (condition.kind) {
    case ConditionKind::manual:
      return answer(column->truth.test(bit));
    case ConditionKind::keys:
      return answer(contains(condition.ranges, column->key(bit)));
    default:
      if (column->form == Column::Form::lists) return list_answer(condition, *column, bit);
      return answer((condition.accepted[column->word(bit)] != 0) != condition.negated);
  }
}

Finder::State Finder::state_of(const ConditionNode& node) const {
  if (node.kind == NodeKind::leaf) {
    const Answer answer = findings_.answers[node.condition];
    const bool manual = plan_->conditions[node.condition].kind == ConditionKind::manual;
    State state{{answer == Answer::yes, answer == Answer::yes || (manual && answer == Answer::open), answer != Answer::no}, 0, 0};
    state.false_conditions = answer == Answer::no;
    state.open_conditions = answer == Answer::open && !manual;
    return state;
  }
  if (node.kind == NodeKind::all) {
    State state{{true, true, true}, 0, 0};
    for (const std::uint32_t child : node.children) {
      const State& below = states_[child];
      state.answer.definite = state.answer.definite && below.answer.definite;
      state.answer.favourable = state.answer.favourable && below.answer.favourable;
      state.answer.possible = state.answer.possible && below.answer.possible;
      state.false_conditions += below.false_conditions;
      state.open_conditions += below.open_conditions;
    }
    return state;
  }
  State state = states_[node.children[0]];
  for (const std::uint32_t child : node.children) {
    const State& below = states_[child];
    state.answer.definite = state.answer.definite || below.answer.definite;
    state.answer.favourable = state.answer.favourable || below.answer.favourable;
    state.answer.possible = state.answer.possible || below.answer.possible;
    if (std::pair(below.false_conditions, below.open_conditions) < std::pair(state.false_conditions, state.open_conditions)) {
      state.false_conditions = below.false_conditions;
      state.open_conditions = below.open_conditions;
    }
  }
  return state;
}

bool Finder::nearer(std::uint32_t a, std::uint32_t b) const {
  return std::pair(states_[a].false_conditions, states_[a].open_conditions) <
         std::pair(states_[b].false_conditions, states_[b].open_conditions);
}

void Finder::collect_failing(std::uint32_t number) {
  if (states_[number].answer.possible) return;
  const ConditionNode& node = plan_->rule.nodes[number];
  if (node.kind == NodeKind::leaf) {
    if (std::ranges::find(findings_.failing, node.condition) == findings_.failing.end()) findings_.failing.push_back(node.condition);
  } else if (node.kind == NodeKind::all) {
    for (const std::uint32_t child : node.children) collect_failing(child);
  } else {
    std::uint32_t best = node.children[0];
    for (const std::uint32_t child : node.children)
      if (nearer(child, best)) best = child;
    collect_failing(best);
  }
}

void Finder::collect_missing(std::uint32_t number) {
  const RuleAnswer& answer = states_[number].answer;
  if (answer.favourable || !answer.possible) return;
  const ConditionNode& node = plan_->rule.nodes[number];
  for (const std::uint32_t child : node.children) collect_missing(child);
  if (node.kind != NodeKind::leaf) return;
  const ScanCondition& condition = plan_->conditions[node.condition];
  if (condition.kind != ConditionKind::computed) {
    findings_.missing.push_back(condition.attribute);
    return;
  }
  // Of several attributes that a computed condition reads, those that are there do not help.
  for (const std::uint32_t leaf : plan_->rule.conditions[node.condition].leaves)
    for (const std::uint32_t slot : plan_->rule.rule.leaves()[leaf].slots) findings_.missing.push_back(slot);
}

const Findings& Finder::find(ProfileId id) {
  const Block& block = *plan_->epoch->blocks[id / block_size];
  const std::size_t bit = id % block_size;
  for (std::uint32_t i = 0; i < findings_.answers.size(); ++i) findings_.answers[i] = ask(i, block, bit);
  const auto& nodes = plan_->rule.nodes;
  for (std::size_t i = 0; i < nodes.size(); ++i) states_[i] = state_of(nodes[i]);
  const auto root = static_cast<std::uint32_t>(nodes.size() - 1);
  const State& state = states_[root];
  findings_.verdict = verdict_of(state.answer);
  findings_.failing.clear();
  findings_.missing.clear();
  findings_.one_short = findings_.verdict == Verdict::ineligible && state.false_conditions == 1 && state.open_conditions == 0;
  if (findings_.verdict == Verdict::ineligible) collect_failing(root);
  if (findings_.verdict == Verdict::unknown) {
    collect_missing(root);
    std::erase_if(findings_.missing, [&](std::uint32_t attribute) {
      const Column* const column = block.column(attribute);
      return column && column->known.test(bit);
    });
    std::ranges::sort(findings_.missing);
    findings_.missing.erase(std::unique(findings_.missing.begin(), findings_.missing.end()), findings_.missing.end());
  }
  return findings_;
}

namespace {

/// The missing attributes that still decide a registered rule.
class Deciding {
 public:
  Deciding(const Epoch& epoch, Probe& probe) : epoch_(epoch), probe_(probe) {}

  std::set<std::uint32_t> of(const RuleTree& tree) {
    found_.clear();
    collect(tree, static_cast<std::uint32_t>(tree.nodes.size() - 1));
    return found_;
  }

 private:
  RuleAnswer answer(const RuleTree& tree, std::uint32_t number) {
    const RuleTree::Node& node = tree.nodes[number];
    if (node.kind == NodeKind::leaf) {
      const Answer one = probe_.ask(node.operand.predicate);
      return {one == Answer::yes, one == Answer::yes || (node.operand.manual && one == Answer::open), one != Answer::no};
    }
    const bool all = node.kind == NodeKind::all;
    RuleAnswer result{all, all, all};
    for (const std::uint32_t child : node.children) {
      const RuleAnswer below = answer(tree, child);
      const auto join = [&](bool a, bool b) { return all ? a && b : a || b; };
      result = {join(result.definite, below.definite), join(result.favourable, below.favourable), join(result.possible, below.possible)};
    }
    return result;
  }

  void collect(const RuleTree& tree, std::uint32_t number) {
    const RuleAnswer here = answer(tree, number);
    if (here.favourable || !here.possible) return;
    const RuleTree::Node& node = tree.nodes[number];
    for (const std::uint32_t child : node.children) collect(tree, child);
    if (node.kind != NodeKind::leaf) return;
    const PredicateTable::Entry& entry = epoch_.predicates->entries[node.operand.predicate];
    if (entry.kind != PredicateTable::Kind::computed) {
      found_.insert(entry.attribute);
      return;
    }
    const EvaluatedCondition& computed = *epoch_.predicates->computed[entry.index];
    for (const std::uint32_t leaf : computed.condition.leaves)
      for (const std::uint32_t slot : computed.rule.leaves()[leaf].slots)
        if (!probe_.is_known(slot)) found_.insert(slot);
  }

  const Epoch& epoch_;
  Probe& probe_;
  std::set<std::uint32_t> found_;
};

}  // namespace

std::vector<Question> questions(PageMatch& page, const std::function<bool(RuleId)>& counts) {
  std::map<std::uint32_t, Question> by_attribute;
  Deciding deciding(page.epoch(), page.probe());
  page.for_each_position([&](const Segment& segment, std::size_t position, Verdict verdict) {
    if (verdict != Verdict::unknown || (counts && !counts(segment.code->ids[position]))) return;
    const auto attributes = deciding.of(decode(*segment.code, position));
    for (const std::uint32_t attribute : attributes) {
      Question& question = by_attribute[attribute];
      question.attribute = attribute;
      ++question.touches;
      if (attributes.size() == 1) ++question.settles;
    }
  });
  std::vector<Question> result;
  for (const auto& [attribute, question] : by_attribute) result.push_back(question);
  std::ranges::stable_sort(
      result, [](const Question& a, const Question& b) { return std::pair(a.settles, a.touches) > std::pair(b.settles, b.touches); });
  return result;
}

}  // namespace zhida::matching::engine
