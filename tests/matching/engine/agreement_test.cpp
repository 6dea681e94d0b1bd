// Every executor gives the verdicts of the scalar one, on random rules and profiles with updates and removals in between.

#include "matching/engine/audience_match.hpp"
#include "matching/engine/cross_match.hpp"
#include "matching/engine/page_match.hpp"
#include "matching/engine/world.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

namespace zhida::matching::engine::test {
namespace {

bool long_run() {
  const char* const wanted = std::getenv("ZHIDA_TEST_LONG");
  return wanted && *wanted == '1';
}

Verdicts by_blocks(const World& world, cel::Value asof, const Kernels& with) {
  Verdicts verdicts;
  CrossMatch match(world.engine.epoch(), asof, with);
  for (std::size_t block = 0; block < match.blocks(); ++block)
    match.decide(block, [&](const DecidedRules& decided) {
      for (std::size_t i = 0; i < decided.ids.size(); ++i) {
        const auto note = [&](const Mask& mask, Verdict verdict) {
          for_each_bit(mask, [&](std::size_t bit) {
            const auto profile = static_cast<ProfileId>(decided.first_profile + bit);
            EXPECT_TRUE(verdicts.emplace(std::pair(decided.ids[i], profile), verdict).second) << "decided twice";
          });
        };
        note(decided.eligible(i), Verdict::eligible);
        note(decided.manual(i), Verdict::manual);
        note(decided.unknown(i), Verdict::unknown);
      }
    });
  return verdicts;
}

Verdicts by_pages(const World& world, cel::Value asof, const Kernels& with) {
  Verdicts verdicts;
  PageMatch match(world.engine.epoch(), asof, with);
  for (ProfileId profile = 0; profile < world.engine.epoch()->profiles(); ++profile) {
    EXPECT_EQ(match.decide(profile), world.profiles.contains(profile));
    if (!world.profiles.contains(profile)) continue;
    match.for_each(
        [&](RuleId rule, Verdict verdict) { EXPECT_TRUE(verdicts.emplace(std::pair(rule, profile), verdict).second) << "decided twice"; });
  }
  return verdicts;
}

Verdicts by_audiences(const World& world, cel::Value asof, MaskCache* cache, const Kernels& with) {
  Verdicts verdicts;
  for (const auto& [id, rule] : world.rules) {
    AudienceMatch match(plan(world.engine.epoch(), rule, asof), cache, with);
    AudienceCounts sums;
    for (std::size_t block = 0; block < match.blocks(); ++block) {
      const BlockVerdicts found = match.decide(block);
      const auto note = [&, number = id](const Mask& mask, Verdict verdict) {
        for_each_bit(
            mask, [&](std::size_t bit) { verdicts.emplace(std::pair(number, static_cast<ProfileId>(block * block_size + bit)), verdict); });
      };
      note(found.eligible, Verdict::eligible);
      note(found.manual, Verdict::manual);
      note(found.unknown, Verdict::unknown);
      sums.eligible += found.eligible.count();
      sums.manual += found.manual.count();
      sums.unknown += found.unknown.count();
    }
    sums.ineligible = world.profiles.size() - sums.eligible - sums.manual - sums.unknown;
    EXPECT_EQ(match.count(), sums) << rule.normalised();
    EXPECT_EQ(match.count_eligible(), sums.eligible);
  }
  return verdicts;
}

void expect_same(const World& world, const Verdicts& expected, const Verdicts& found, const char* executor) {
  if (expected == found) return;
  const auto show = [&](const auto& verdicts, const auto& key) {
    const auto at = verdicts.find(key);
    return at == verdicts.end() ? "ineligible" : std::string(to_string(at->second));
  };
  for (const auto* side : {&expected, &found})
    for (const auto& [key, verdict] : *side) {
      if (show(expected, key) == show(found, key)) continue;
      const auto rule = world.rules.find(key.first);
      FAIL() << executor << ": rule " << key.first << " " << (rule == world.rules.end() ? "(removed)" : rule->second.normalised())
             << " for profile " << key.second << ": " << show(found, key) << ", not " << show(expected, key);
    }
}

void expect_agreement(const World& world, cel::Value asof, MaskCache& cache) {
  const Verdicts expected = world.decide_all(asof);
  const KernelSets sets = all_kernels();
  for (std::size_t i = 0; i < sets.count; ++i) {
    const Kernels& with = *sets.sets[i];
    expect_same(world, expected, by_blocks(world, asof, with), with.name);
    expect_same(world, expected, by_pages(world, asof, with), with.name);
    expect_same(world, expected, by_audiences(world, asof, nullptr, with), with.name);
    expect_same(world, expected, by_audiences(world, asof, &cache, with), with.name);
  }
}

TEST(Executors, GiveTheScalarVerdicts) {
  const std::size_t wanted = long_run() ? 10'000'000 : 200'000;
  std::size_t pairs = 0;
  for (std::uint32_t seed = 1; pairs < wanted; ++seed) {
    World world(seed);
    MaskCache cache(20'000);
    // Few rules stay in the delta; many become segments, of which updates make others.
    const int rules = seed % 2 == 0 ? 60 : 200;
    for (RuleId id = 0; static_cast<int>(id) < rules; ++id) world.set_rule(id);
    for (ProfileId id = 0; id < 700; ++id) world.set_profile(id);
    world.engine.publish();
    for (int round = 0; round < 4; ++round) {
      const cel::Value asof = midnight(std::chrono::year(2020 + round) / 6 / 30);
      expect_agreement(world, asof, cache);
      if (testing::Test::HasFailure()) return;
      pairs += world.rules.size() * world.profiles.size();
      for (int i = 0; i < 40; ++i) {
        const auto profile = static_cast<ProfileId>(world.random.below(1200));
        world.random.chance(60) ? world.set_profile(profile) : world.remove_profile(profile);
      }
      for (int i = 0; i < (rules > 60 ? 90 : 8); ++i) {
        const auto rule = static_cast<RuleId>(world.random.below(rules + 10));
        world.random.chance(60) ? world.set_rule(rule) : world.remove_rule(rule);
      }
      if (round == 1) world.engine.compact();
      world.engine.publish();
    }
  }
}

TEST(Executors, GiveTheScalarVerdictsOverManyBlocksOfWhichSomeAreEmpty) {
  constexpr int blocks = 24;
  for (std::uint32_t seed = 1; seed <= 3; ++seed) {
    World world(seed);
    for (RuleId id = 0; id < 60; ++id) world.set_rule(id);
    for (int i = 0; i < 1000; ++i) {
      const auto block = static_cast<std::size_t>(world.random.below(blocks));
      const auto within = static_cast<std::size_t>(world.random.below(static_cast<int>(block_size)));
      if (block % 7 != 3) world.set_profile(static_cast<ProfileId>(block * block_size + within));
    }
    world.engine.publish();
    MaskCache cache(20'000);
    expect_agreement(world, midnight(std::chrono::year(2026) / 6 / 30), cache);
  }
}

}  // namespace
}  // namespace zhida::matching::engine::test
