#include "matching/engine/deciding_conditions.hpp"

#include <algorithm>

namespace zhida::matching::engine {
namespace {

using NodeKind = ConditionNode::Kind;

}  // namespace

DecidingConditions::DecidingConditions(const AudiencePlan& plan)
    : rule_(plan.rule), repeated_(plan.conditions.size()), states_(plan.rule.nodes.size()), parts_(plan.conditions.size()) {
  for (std::uint32_t i = 0; i < plan.conditions.size(); ++i) {
    manual_.push_back(plan.conditions[i].kind == ConditionKind::manual);
    std::uint32_t first = 0;
    while (first < i && !ask_the_same(plan, first, i)) ++first;
    first_.push_back(first);
    if (first != i) repeated_[first] = true;
  }
}

/// Children come before parents.
void DecidingConditions::settle_nodes(AudienceMatch& match, std::uint32_t assumed) {
  for (std::size_t i = 0; i < states_.size(); ++i) {
    const ConditionNode& node = rule_.nodes[i];
    State& state = states_[i];
    if (node.kind == NodeKind::leaf) {
      const Truth& truth = match.condition(node.condition);
      const bool holds = assumed != none && first_[node.condition] == assumed;
      state.definite = holds ? Mask::all() : truth.definite;
      state.possible = state.definite | truth.unknown;
      state.favourable = manual_[node.condition] ? state.possible : state.definite;
      continue;
    }
    state.definite = state.favourable = state.possible = node.kind == NodeKind::all ? Mask::all() : Mask::none();
    for (const std::uint32_t child : node.children) {
      const State& below = states_[child];
      if (node.kind == NodeKind::all) {
        state.definite &= below.definite;
        state.favourable &= below.favourable;
        state.possible &= below.possible;
      } else {
        state.definite |= below.definite;
        state.favourable |= below.favourable;
        state.possible |= below.possible;
      }
    }
  }
}

void DecidingConditions::begin(AudienceMatch& match, const Mask& profiles) {
  settle_nodes(match, none);
  std::ranges::fill(parts_, ConditionPart{});
  states_.back().takes_part = states_.back().alone = profiles;
}

/// All of them have to hold: each that does not takes part, and does so alone where it is the only one.
void DecidingConditions::share_among_all(const ConditionNode& node, const State& state) {
  Mask once, twice;
  for (const std::uint32_t child : node.children) {
    const Mask failing = ~states_[child].definite;
    twice |= once & failing;
    once |= failing;
  }
  for (const std::uint32_t child : node.children) {
    State& below = states_[child];
    below.takes_part = state.takes_part & ~below.definite;
    below.alone = state.alone & ~below.definite & ~twice;
  }
}

std::span<const ConditionPart> DecidingConditions::keep_out(AudienceMatch& match, const Mask& profiles) {
  begin(match, profiles);
  for (std::size_t i = states_.size(); i-- > 0;) {
    const ConditionNode& node = rule_.nodes[i];
    const State& state = states_[i];
    if (node.kind == NodeKind::leaf) {
      ConditionPart& part = parts_[first_[node.condition]];
      part.takes_part |= state.takes_part;
      part.alone |= state.alone;
    } else if (node.kind == NodeKind::all) {
      share_among_all(node, state);
    } else {
      // Any of them would do, and none holds where the node takes part.
      for (const std::uint32_t child : node.children) {
        states_[child].takes_part = state.takes_part;
        states_[child].alone = state.alone;
      }
    }
  }
  for (std::uint32_t i = 0; i < parts_.size(); ++i) {
    if (!repeated_[i] || !parts_[i].takes_part.any()) continue;
    settle_nodes(match, i);
    parts_[i].alone = parts_[i].takes_part & states_.back().definite;
  }
  return parts_;
}

std::span<const ConditionPart> DecidingConditions::leave_open(AudienceMatch& match, const Mask& profiles) {
  begin(match, profiles);
  for (std::size_t i = states_.size(); i-- > 0;) {
    const ConditionNode& node = rule_.nodes[i];
    if (node.kind == NodeKind::leaf) parts_[first_[node.condition]].takes_part |= states_[i].takes_part;
    for (const std::uint32_t child : node.children) {
      State& below = states_[child];
      below.takes_part = states_[i].takes_part & below.possible & ~below.favourable;
    }
  }
  Mask once, twice;
  for (const ConditionPart& part : parts_) {
    twice |= once & part.takes_part;
    once |= part.takes_part;
  }
  for (ConditionPart& part : parts_) part.alone = part.takes_part & ~twice;
  return parts_;
}

}  // namespace zhida::matching::engine
