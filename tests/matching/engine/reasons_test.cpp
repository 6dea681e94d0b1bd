// Near misses, findings and stored audiences say what the scalar explanation says.

#include "matching/engine/cross_match.hpp"
#include "matching/engine/findings.hpp"
#include "matching/engine/impact.hpp"
#include "matching/engine/stored_audience.hpp"
#include "matching/engine/world.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace zhida::matching::engine::test {
namespace {

const cel::Value asof = midnight(std::chrono::year(2026) / 6 / 30);

Explanation explained(const Rule& rule, const Enterprise& enterprise) {
  cel::Arena arena;
  return explain(rule, enterprise.slots, enterprise.determinations, asof, arena);
}

/// Explanations tell conditions apart by their text, the engine by what they ask. Where a rule asks the same in different words, the two
/// count differently.
bool counts_alike(const AudiencePlan& plan) {
  const auto leaves = plan.rule.rule.leaves();
  std::map<std::string, std::string> text_of;
  for (std::size_t i = 0; i < plan.conditions.size(); ++i)
    for (const std::uint32_t leaf : plan.rule.conditions[i].leaves) {
      const std::string key = plan.conditions[i].key.empty() ? plan.rule.conditions[i].text : plan.conditions[i].key;
      if (text_of.emplace(key, leaves[leaf].text).first->second != leaves[leaf].text) return false;
    }
  return true;
}

TEST(NearMisses, AreThoseThatTheExplanationCallsOneShort) {
  std::size_t found = 0;
  for (std::uint32_t seed = 1; seed <= 8; ++seed) {
    World world(seed);
    for (RuleId id = 0; id < 40; ++id) world.set_rule(id);
    for (ProfileId id = 0; id < 600; ++id) world.set_profile(id);
    world.engine.publish();
    for (const auto& [id, rule] : world.rules) {
      AudienceMatch match(plan(world.engine.epoch(), rule, asof));
      if (!counts_alike(match.plan())) continue;
      std::set<ProfileId> near;
      for (std::size_t block = 0; block < match.blocks(); ++block) {
        match.decide(block);
        for_each_bit(match.one_short(), [&](std::size_t bit) { near.insert(static_cast<ProfileId>(block * block_size + bit)); });
      }
      for (const auto& [profile, enterprise] : world.profiles)
        EXPECT_EQ(near.contains(profile), explained(rule, enterprise).one_short) << rule.normalised() << " profile " << profile;
      found += near.size();
      if (HasFailure()) return;
    }
  }
  EXPECT_GT(found, 1000U);
}

/// Whether no condition stands twice and none is a literal, so that counting operands is counting conditions.
bool asks_each_once(const AudiencePlan& plan) {
  std::set<std::string> keys;
  for (std::size_t i = 0; i < plan.conditions.size(); ++i) {
    const std::string& key = plan.conditions[i].key.empty() ? plan.rule.conditions[i].text : plan.conditions[i].key;
    if (plan.conditions[i].kind == ConditionKind::always || !keys.insert(key).second) return false;
  }
  return true;
}

TEST(NearMisses, AreTheRailOfTheBlockExecutor) {
  std::size_t found = 0;
  for (std::uint32_t seed = 21; seed <= 24; ++seed) {
    World world(seed);
    for (RuleId id = 0; id < 40; ++id) world.set_rule(id);
    for (ProfileId id = 0; id < 600; ++id) world.set_profile(id);
    world.engine.publish();
    CrossMatch cross(world.engine.epoch(), asof);
    std::map<RuleId, std::vector<Mask>> rails;
    for (std::size_t block = 0; block < cross.blocks(); ++block)
      cross.decide(
          block,
          [&](const DecidedRules& decided) {
            for (std::size_t i = 0; i < decided.ids.size(); ++i) rails[decided.ids[i]].push_back(decided.near[i]);
          },
          true);
    for (const auto& [id, rule] : world.rules) {
      AudienceMatch match(plan(world.engine.epoch(), rule, asof));
      if (!asks_each_once(match.plan())) continue;
      for (std::size_t block = 0; block < match.blocks(); ++block) {
        match.decide(block);
        EXPECT_EQ(rails[id][block], match.one_short()) << rule.normalised();
        found += rails[id][block].count();
      }
    }
  }
  EXPECT_GT(found, 1000U);
}

TEST(NearMisses, AreCountedByTheConditionThatWouldHelp) {
  World world(3);
  for (ProfileId id = 0; id < 600; ++id) world.set_profile(id);
  world.engine.publish();
  const Rule rule = *Rule::compile(language(), "p.employees >= 10 && (p.abnormal_list || p.size_class == \"small\")").rule;
  const NearMisses found = near_misses(plan(world.engine.epoch(), rule, asof), 2);
  std::vector<std::uint64_t> expected(3);
  std::uint64_t profiles = 0;
  for (const auto& [id, enterprise] : world.profiles) {
    const Explanation explanation = explained(rule, enterprise);
    if (!explanation.one_short) continue;
    ++profiles;
    if (explanation.failing[0] == 0) {
      ++expected[0];
    } else {
      ++expected[1];
      ++expected[2];
    }
  }
  EXPECT_EQ(found.by_condition, expected);
  EXPECT_EQ(found.profiles, profiles);
  EXPECT_EQ(found.samples[0].size(), 2U);
}

/// Whether the rule would not be false for a profile if the conditions held that are false and in `flipped`.
bool possible_with(const LoweredRule& rule, const std::vector<Answer>& answers, const std::set<std::uint32_t>& flipped) {
  std::vector<Answer> states;
  for (const ConditionNode& node : rule.nodes) {
    if (node.kind == ConditionNode::Kind::leaf) {
      states.push_back(flipped.contains(node.condition) ? Answer::yes : answers[node.condition]);
      continue;
    }
    const bool all = node.kind == ConditionNode::Kind::all;
    Answer state = all ? Answer::yes : Answer::no;
    for (const std::uint32_t child : node.children) state = all ? std::min(state, states[child]) : std::max(state, states[child]);
    states.push_back(state);
  }
  return states.back() != Answer::no;
}

/// Whether some set of at most `size` false conditions, from number `from` on, added to `flipped`, makes the rule possible.
bool some_set(const LoweredRule& rule, const std::vector<Answer>& answers, std::size_t size, std::uint32_t from,
              std::set<std::uint32_t> flipped) {
  if (possible_with(rule, answers, flipped)) return true;
  if (size == 0) return false;
  for (std::uint32_t i = from; i < answers.size(); ++i) {
    if (answers[i] != Answer::no) continue;
    auto more = flipped;
    more.insert(i);
    if (some_set(rule, answers, size - 1, i + 1, std::move(more))) return true;
  }
  return false;
}

TEST(Findings, SayWhatTheExplanationSays) {
  std::size_t ineligible = 0, unknown = 0;
  for (std::uint32_t seed = 51; seed <= 54; ++seed) {
    World world(seed);
    for (RuleId id = 0; id < 50; ++id) world.set_rule(id);
    for (ProfileId id = 0; id < 200; ++id) world.set_profile(id);
    world.engine.publish();
    for (const auto& [id, rule] : world.rules) {
      const auto planned = plan(world.engine.epoch(), rule, asof);
      Finder finder(planned);
      for (const auto& [profile, enterprise] : world.profiles) {
        const Findings& found = finder.find(profile);
        const Explanation explanation = explained(rule, enterprise);
        ASSERT_EQ(found.verdict, explanation.verdict) << rule.normalised();
        if (found.verdict == Verdict::unknown) {
          auto missing = explanation.missing;
          std::ranges::sort(missing);
          ASSERT_EQ(found.missing, missing) << rule.normalised();
          ++unknown;
        }
        if (found.verdict != Verdict::ineligible || planned->conditions.size() > 12) continue;
        ++ineligible;
        const std::set<std::uint32_t> flipped(found.failing.begin(), found.failing.end());
        ASSERT_TRUE(possible_with(planned->rule, found.answers, flipped)) << rule.normalised();
        ASSERT_FALSE(some_set(planned->rule, found.answers, found.failing.size() - 1, 0, {})) << rule.normalised();
        if (!asks_each_once(*planned) || !counts_alike(*planned)) continue;
        ASSERT_EQ(found.one_short, explanation.one_short) << rule.normalised();
      }
    }
  }
  EXPECT_GT(ineligible, 1000U);
  EXPECT_GT(unknown, 1000U);
}

TEST(Questions, RankMissingAttributesByTheRulesTheyWouldSettle) {
  World world(61);
  const auto add = [&](RuleId id, const char* text) {
    const Rule rule = *Rule::compile(language(), text).rule;
    world.rules.insert_or_assign(id, rule);
    world.engine.set_rule(id, rule);
  };
  add(0, "p.employees > 10 && p.size_class == \"small\"");
  add(1, "p.employees > 20");
  add(2, "p.employees > 30 || p.abnormal_list");
  add(3, "p.rd_ratio > 0.5 && p.listed_year > 2000");
  std::vector<cel::Value> slots(language()->dictionary().size());
  slots[language()->dictionary().find("size_class")->slot] = cel::Value::string("small");
  slots[language()->dictionary().find("listed_year")->slot] = cel::Value::integer(1999);
  ASSERT_FALSE(world.engine.set_profile(0, slots));
  for (const bool compacted : {false, true}) {
    if (compacted) world.engine.compact();
    world.engine.publish();
    PageMatch page(world.engine.epoch(), asof);
    ASSERT_TRUE(page.decide(0));
    const auto asked = questions(page);
    ASSERT_EQ(asked.size(), 2U);
    EXPECT_EQ(asked[0].attribute, language()->dictionary().find("employees")->slot);
    EXPECT_EQ(asked[0].settles, 2U);
    EXPECT_EQ(asked[0].touches, 3U);
    EXPECT_EQ(asked[1].attribute, language()->dictionary().find("abnormal_list")->slot);
    EXPECT_EQ(asked[1].settles, 0U);
  }
}

TEST(StoredAudience, HoldsWhoIsEligibleAndSaysWhoCameAndWent) {
  World world(7);
  for (ProfileId id = 0; id < 900; ++id) world.set_profile(id);
  world.engine.publish();
  const Rule rule = *Rule::compile(language(), "p.employees >= 10 && p.size_class != \"large\"").rule;
  AudienceMatch match(plan(world.engine.epoch(), rule, asof));
  const StoredAudience before = eligible(match);
  EXPECT_EQ(before.size(), match.count().eligible);
  for (ProfileId id = 0; id < 900; id += 7) world.set_profile(id);
  world.engine.publish();
  AudienceMatch again(plan(world.engine.epoch(), rule, asof));
  const StoredAudience after = eligible(again);
  for (const ProfileId id : after.without(before).ids())
    EXPECT_TRUE(!before.contains(id) && world.decide(rule, world.profiles.at(id), asof) == Verdict::eligible);
  EXPECT_EQ(after.size() + before.without(after).size(), before.size() + after.without(before).size());
  const auto read = StoredAudience::parse(after.serialised());
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, after);
  EXPECT_FALSE(StoredAudience::parse(""));
}

}  // namespace
}  // namespace zhida::matching::engine::test
