#pragma once

#include "matching/engine/engine.hpp"
#include "matching/support.hpp"

#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace zhida::matching::engine::test {

/// The language of the other tests with two functions of the kinds that policy has: `under`, which never fails, and `years_since`, which
/// falls with its first argument.
const std::shared_ptr<const Language>& language();

/// Random text of conditions over all attributes and of trees of them.
class RandomRules {
 public:
  explicit RandomRules(std::uint32_t seed) : random_(seed) {}
  std::string leaf();
  std::string tree(int depth);
  Rule rule();
  int below(int n) { return std::uniform_int_distribution<int>(0, n - 1)(random_); }
  bool chance(int percent) { return below(100) < percent; }

 private:
  std::string pick(std::initializer_list<const char*> texts);
  std::string comparison() { return pick({" < ", " <= ", " > ", " >= ", " == ", " != "}); }
  std::string order() { return pick({" < ", " <= ", " > ", " >= "}); }
  std::string size_list();
  std::string qualification_list();

  std::mt19937 random_;
};

/// A profile as the engine's caller holds it.
struct Enterprise {
  std::vector<cel::Value> slots;
  std::vector<Determination> determinations;
  std::shared_ptr<cel::Arena> arena = std::make_shared<cel::Arena>();
};

/// Verdicts by rule and profile; nothing where somebody is ineligible, or a rule or profile does not exist.
using Verdicts = std::map<std::pair<RuleId, ProfileId>, Verdict>;

/// Rules and profiles held twice: by an engine, and plainly.
class World {
 public:
  explicit World(std::uint32_t seed) : random(seed), engine(language()) {}

  Enterprise enterprise();
  void set_rule(RuleId id);
  void remove_rule(RuleId id);
  void set_profile(ProfileId id);
  void remove_profile(ProfileId id);
  /// The verdict of the scalar executor.
  Verdict decide(const Rule& rule, const Enterprise& enterprise, cel::Value asof) const;
  /// Those of all pairs.
  Verdicts decide_all(cel::Value asof) const;

  RandomRules random;
  Engine engine;
  std::map<RuleId, Rule> rules;
  std::map<ProfileId, Enterprise> profiles;
};

}  // namespace zhida::matching::engine::test
