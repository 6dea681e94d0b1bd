// What changed between two epochs or two dates is what the scalar executor says of both.

#include "matching/engine/differences.hpp"
#include "matching/date.hpp"
#include "matching/engine/world.hpp"

#include <gtest/gtest.h>

namespace zhida::matching::engine::test {
namespace {

using Changes = std::map<std::pair<RuleId, ProfileId>, std::pair<Verdict, Verdict>>;

Verdict verdict_in(const Verdicts& verdicts, std::pair<RuleId, ProfileId> pair) {
  const auto found = verdicts.find(pair);
  return found == verdicts.end() ? Verdict::ineligible : found->second;
}

Changes expected(const Verdicts& before, const Verdicts& after) {
  Changes changes;
  for (const auto* side : {&before, &after})
    for (const auto& [pair, verdict] : *side)
      if (verdict_in(before, pair) != verdict_in(after, pair)) changes[pair] = {verdict_in(before, pair), verdict_in(after, pair)};
  return changes;
}

Changes found(const Differences::Side& before, const Differences::Side& after, const Kernels& with = kernels()) {
  Changes changes;
  Differences differences(before, after, with);
  for (std::size_t block = 0; block < differences.blocks(); ++block)
    differences.find(block, [&](const ChangedVerdict& change) {
      for_each_bit(change.profiles, [&](std::size_t bit) {
        const std::pair pair(change.rule, static_cast<ProfileId>(change.first_profile + bit));
        EXPECT_TRUE(changes.emplace(pair, std::pair(change.before, change.after)).second) << "told twice";
      });
    });
  return changes;
}

cel::Value night(int year) { return midnight(std::chrono::year(year) / 6 / 30); }

TEST(Differences, BetweenEpochsAreWhatTheScalarExecutorSaysOfBoth) {
  for (std::uint32_t seed = 1; seed <= 6; ++seed) {
    World world(seed);
    const int rules = seed % 2 == 0 ? 30 : 200;
    for (RuleId id = 0; static_cast<int>(id) < rules; ++id) world.set_rule(id);
    for (ProfileId id = 0; id < 400; ++id) world.set_profile(id);
    world.engine.publish();
    const auto before = world.engine.epoch();
    const Verdicts then = world.decide_all(night(2021));
    for (int i = 0; i < 30; ++i) {
      const auto profile = static_cast<ProfileId>(world.random.below(700));
      world.random.chance(60) ? world.set_profile(profile) : world.remove_profile(profile);
      const auto rule = static_cast<RuleId>(world.random.below(rules + 10));
      world.random.chance(60) ? world.set_rule(rule) : world.remove_rule(rule);
    }
    if (seed % 3 == 0) world.engine.compact();
    world.engine.publish();
    const Changes changes = expected(then, world.decide_all(night(2023)));
    EXPECT_GT(changes.size(), 500U);
    const KernelSets sets = all_kernels();
    for (std::size_t i = 0; i < sets.count; ++i)
      EXPECT_TRUE(found({before, night(2021)}, {world.engine.epoch(), night(2023)}, *sets.sets[i]) == changes) << sets.sets[i]->name;
  }
}

TEST(Differences, OfANightAreThoseOfTheRulesThatLookAtTheDate) {
  World world(11);
  for (RuleId id = 0; id < 120; ++id) world.set_rule(id);
  for (ProfileId id = 0; id < 600; ++id) world.set_profile(id);
  world.engine.publish();
  const auto epoch = world.engine.epoch();
  const Changes changes = expected(world.decide_all(night(2021)), world.decide_all(night(2022)));
  EXPECT_FALSE(changes.empty());
  EXPECT_TRUE(found({epoch, night(2021)}, {epoch, night(2022)}) == changes);
  EXPECT_TRUE(found({epoch, night(2022)}, {epoch, night(2022)}).empty());
}

TEST(Differences, OfAProfileAreThoseOfItsBlock) {
  World world(12);
  for (RuleId id = 0; id < 50; ++id) world.set_rule(id);
  for (ProfileId id = 0; id < 1100; ++id) world.set_profile(id);
  world.engine.publish();
  const auto before = world.engine.epoch();
  const Verdicts then = world.decide_all(night(2021));
  world.set_profile(600);
  world.engine.publish();
  const Changes changes = found({before, night(2021)}, {world.engine.epoch(), night(2021)});
  EXPECT_TRUE(changes == expected(then, world.decide_all(night(2021))));
  EXPECT_FALSE(changes.empty());
  for (const auto& [pair, verdicts] : changes) EXPECT_EQ(pair.second, 600U);
}

}  // namespace
}  // namespace zhida::matching::engine::test
