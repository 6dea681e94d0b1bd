#pragma once

#include "matching/decide.hpp"
#include "matching/engine/audience_plan.hpp"
#include "matching/engine/page_match.hpp"
#include "matching/engine/probe.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace zhida::matching::engine {

/// Why a rule comes to what it comes to for one profile, in numbers; `explain` says it in words.
struct Findings {
  Verdict verdict = Verdict::unknown;
  std::vector<Answer> answers;         ///< by condition of the plan's rule
  std::vector<std::uint32_t> failing;  ///< for ineligible: a smallest set of false conditions that would have to hold for it not to be
  bool one_short = false;              ///< exactly one condition must flip, and then nothing is missing; open determinations do not count
  std::vector<std::uint32_t> missing;  ///< for unknown: the missing attributes that still decide, ascending
};

/// Finds for one rule and many profiles, without allocating for each. A condition that stands at several places of a tree counts at each.
class Finder {
 public:
  explicit Finder(std::shared_ptr<const AudiencePlan> plan);
  /// The findings hold until the next call. `id` must be a profile of the epoch.
  const Findings& find(ProfileId id);

 private:
  /// What a node comes to, and how far it is from being true: false conditions to flip, then open ones.
  struct State {
    RuleAnswer answer;
    std::uint32_t false_conditions = 0, open_conditions = 0;
  };
  Answer ask(std::uint32_t condition, const Block& block, std::size_t bit) const;
  State state_of(const ConditionNode& node) const;
  bool nearer(std::uint32_t a, std::uint32_t b) const;
  void collect_failing(std::uint32_t node);
  void collect_missing(std::uint32_t node);

  std::shared_ptr<const AudiencePlan> plan_;
  std::vector<State> states_;  ///< by node
  Findings findings_;
};

/// A missing attribute, by what knowing it would do for one enterprise.
struct Question {
  std::uint32_t attribute = 0;
  std::uint32_t settles = 0;  ///< unknown rules of which it is the only missing attribute that still decides
  std::uint32_t touches = 0;  ///< unknown rules in which it still decides
};

/// What to ask the enterprise of a page that was decided: missing attributes, those that settle most rules first. Only rules that `counts`
/// says do; without it all.
std::vector<Question> questions(PageMatch& page, const std::function<bool(RuleId)>& counts = {});

}  // namespace zhida::matching::engine
