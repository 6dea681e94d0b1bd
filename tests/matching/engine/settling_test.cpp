// How rules move from the delta into segments, and out of them: whatever is told in whatever order, the verdicts stay those of the
// scalar executor, segments stay few, and the dead do not stay.

#include "matching/engine/page_match.hpp"
#include "matching/engine/world.hpp"

#include <gtest/gtest.h>

#include <bit>

namespace zhida::matching::engine::test {
namespace {

const cel::Value asof = midnight(std::chrono::year(2026) / 6 / 30);

void expect_the_scalar_verdicts(const World& world) {
  PageMatch page(world.engine.epoch(), asof);
  for (const auto& [profile, enterprise] : world.profiles) {
    std::map<RuleId, Verdict> found, expected;
    ASSERT_TRUE(page.decide(profile));
    page.for_each([&](RuleId id, Verdict verdict) { EXPECT_TRUE(found.emplace(id, verdict).second) << "rule " << id << " decided twice"; });
    for (const auto& [id, rule] : world.rules)
      if (const Verdict verdict = world.decide(rule, enterprise, asof); verdict != Verdict::ineligible) expected[id] = verdict;
    ASSERT_EQ(found, expected) << "for profile " << profile;
  }
}

void expect_little_waste(const World& world) {
  const auto epoch = world.engine.epoch();
  const std::span settled = std::span(epoch->segments).first(epoch->segments.size() - 1);
  std::size_t rules = 0, positions = 0;
  for (const Segment& segment : settled) {
    EXPECT_TRUE(segment.rows);
    rules += segment.living();
    positions += segment.code->size();
  }
  EXPECT_EQ(rules + epoch->segments.back().code->size(), world.rules.size());
  EXPECT_LE(epoch->segments.back().code->size(), std::max(Engine::least_delta_rules, rules / 16));
  // Each segment has more than twice the rules of all after it, or is as large as segments get.
  EXPECT_LE(settled.size(), 2 + std::bit_width(rules / Engine::least_delta_rules) + rules / (Engine::most_settled_rules / 2));
  EXPECT_LE(positions, 2 * rules + settled.size());
}

TEST(Settling, KeepsTheVerdictsAndFewSegments) {
  for (std::uint32_t seed = 1; seed <= 6; ++seed) {
    World world(seed);
    for (ProfileId id = 0; id < 12; ++id) world.set_profile(id);
    const int numbers = 50 + world.random.below(1500);
    for (int round = 0; round < 60; ++round) {
      // Times of growth, of change and of decay; from one rule to many hundreds told at once.
      const int removing = round < 25 ? 10 : round < 40 ? 45 : 85, told = 1 << world.random.below(9);
      for (int i = 0; i < told; ++i) {
        const auto id = static_cast<RuleId>(world.random.below(numbers));
        world.random.chance(removing) ? world.remove_rule(id) : world.set_rule(id);
      }
      if (round % 4 == 0) world.set_profile(static_cast<ProfileId>(world.random.below(20)));
      world.engine.publish();
      expect_little_waste(world);
      if (round % 6 == 5) expect_the_scalar_verdicts(world);
      ASSERT_FALSE(HasFailure()) << "seed " << seed << ", round " << round;
    }
    for (RuleId id = 0; static_cast<int>(id) < numbers; ++id) world.remove_rule(id);
    world.engine.publish();
    EXPECT_EQ(world.engine.epoch()->rules(), 0U);
  }
}

TEST(Settling, LeavesNoRuleWithoutRowsWhenManyComeAtOnceOrOneByOne) {
  const Rule rule = *Rule::compile(language(), "p.employees > 10 && p.size_class == \"small\"").rule;
  Engine at_once(language()), one_by_one(language());
  for (RuleId id = 0; id < 1000; ++id) {
    at_once.set_rule(id, rule);
    one_by_one.set_rule(id, rule);
    one_by_one.publish();
  }
  at_once.publish();
  EXPECT_EQ(at_once.epoch()->segments.size(), 2U);
  EXPECT_EQ(at_once.epoch()->segments.back().code->size(), 0U);
  EXPECT_LE(one_by_one.epoch()->segments.size(), 6U);
  EXPECT_LE(one_by_one.epoch()->segments.back().code->size(), 64U);
  EXPECT_EQ(one_by_one.epoch()->rules(), 1000U);
}

}  // namespace
}  // namespace zhida::matching::engine::test
