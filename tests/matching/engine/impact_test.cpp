// What becomes of everybody when a rule is replaced, and which conditions bring it about: against the scalar executor and its explanation.

#include "matching/engine/impact.hpp"
#include "matching/engine/findings.hpp"
#include "matching/engine/world.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <set>

namespace zhida::matching::engine::test {
namespace {

const cel::Value asof = midnight(std::chrono::year(2026) / 6 / 30);

TEST(Impact, MovesEveryProfileFromItsOldVerdictToItsNew) {
  for (std::uint32_t seed = 31; seed <= 34; ++seed) {
    World world(seed);
    for (ProfileId id = 0; id < 600; ++id) world.set_profile(id);
    world.remove_profile(11);
    world.engine.publish();
    for (int round = 0; round < 20; ++round) {
      const Rule before = world.random.rule(), after = world.random.rule();
      ImpactCount count(plan(world.engine.epoch(), before, asof), plan(world.engine.epoch(), after, asof));
      std::set<ProfileId> entered, left, open;
      for (std::size_t block = 0; block < count.blocks(); ++block) {
        const Changed changed = count.add(block);
        const auto gather = [block](const Mask& mask, std::set<ProfileId>& into) {
          for_each_bit(mask, [&](std::size_t bit) { into.insert(static_cast<ProfileId>(block * block_size + bit)); });
        };
        gather(changed.entered, entered);
        gather(changed.left, left);
        gather(changed.became_unknown, open);
      }
      const Impact& found = count.counted();
      Impact expected;
      for (const auto& [id, enterprise] : world.profiles) {
        const Verdict was = world.decide(before, enterprise, asof), is = world.decide(after, enterprise, asof);
        ++expected.moves[static_cast<std::size_t>(was)][static_cast<std::size_t>(is)];
        expected.entered += is == Verdict::eligible && was != is;
        expected.left += was == Verdict::eligible && was != is;
        expected.became_unknown += is == Verdict::unknown && was != is;
        EXPECT_EQ(entered.contains(id), is == Verdict::eligible && was != is);
        EXPECT_EQ(left.contains(id), was == Verdict::eligible && was != is);
        EXPECT_EQ(open.contains(id), is == Verdict::unknown && was != is);
      }
      EXPECT_EQ(found.moves, expected.moves) << before.normalised() << " -> " << after.normalised();
      EXPECT_EQ(found.entered, expected.entered);
      EXPECT_EQ(found.left, expected.left);
      EXPECT_EQ(found.became_unknown, expected.became_unknown);
    }
  }
}

class ImpactBy : public testing::Test {
 protected:
  ImpactBy() {
    for (ProfileId id = 0; id < 600; ++id) world.set_profile(id);
    world.engine.publish();
  }
  std::shared_ptr<const AudiencePlan> planned(const char* text) {
    return plan(world.engine.epoch(), *Rule::compile(language(), text).rule, asof);
  }
  World world{5};
};

TEST_F(ImpactBy, NamesTheConditionsThatKeptOutAndShutOut) {
  const Impact found = impact(planned("p.employees < 10 && !p.abnormal_list"), planned("p.employees < 20 && p.size_class == \"small\""));
  ASSERT_GT(found.entered, 0U);
  ASSERT_GT(found.left, 0U);
  // Who enters was kept out by the head count, the list, or both; who leaves is shut out by the size alone.
  EXPECT_EQ(found.kept_out[0].profiles + found.kept_out[1].profiles,
            found.entered + (found.entered - found.kept_out[0].decided_alone - found.kept_out[1].decided_alone));
  EXPECT_EQ(found.shuts_out[0].profiles, 0U);
  EXPECT_EQ(found.shuts_out[1].profiles, found.left);
  EXPECT_EQ(found.shuts_out[1].decided_alone, found.left);
}

TEST_F(ImpactBy, DoesNotBlameAnAlternativeWhereAnotherHolds) {
  const Impact found = impact(planned("p.employees > 0 && p.size_class == \"micro\""),
                              planned("(p.employees > 0 || p.abnormal_list) && p.size_class == \"small\""));
  ASSERT_GT(found.left, 0U);
  EXPECT_EQ(found.shuts_out[0].profiles, 0U) << "the head count holds";
  EXPECT_EQ(found.shuts_out[1].profiles, 0U) << "so the list does not matter";
  EXPECT_EQ(found.shuts_out[2].profiles, found.left);
  EXPECT_EQ(found.shuts_out[2].decided_alone, found.left);
}

TEST_F(ImpactBy, SaysOfAlternativesOfWhichNoneHoldsThatEachWouldDo) {
  const Impact found = impact(planned("p.employees > 20"), planned("p.employees < 5 || p.employees == 12 && p.rd_ratio >= 0.0"));
  ASSERT_GT(found.left, 0U);
  EXPECT_EQ(found.shuts_out[0].decided_alone, found.left);
  EXPECT_EQ(found.shuts_out[1].profiles, found.left);
  EXPECT_EQ(found.shuts_out[1].decided_alone + found.shuts_out[2].profiles, found.left) << "who lacks the ratio needs that too";
  EXPECT_GT(found.shuts_out[2].profiles, 0U);
  EXPECT_EQ(found.shuts_out[2].decided_alone, 0U);
}

TEST_F(ImpactBy, CountsAConditionThatStandsTwiceOnce) {
  const Impact found =
      impact(planned("p.employees > 20"), planned("p.employees < 5 && p.abnormal_list || p.employees < 5 && p.rd_ratio > 0.5"));
  const auto& shares = found.shuts_out;
  ASSERT_GT(found.left, 0U);
  std::size_t of_head_count = 0;
  for (const ConditionShare& share : shares) of_head_count += share.profiles == found.left;
  EXPECT_EQ(of_head_count, 1U);
}

/// The tree of the rule with what its conditions come to for one profile.
class Tried {
 public:
  Tried(const AudiencePlan& plan, const std::vector<Answer>& answers) : plan_(plan), answers_(answers) {}

  /// What the rule comes to if the conditions in `held`, by bit, held too. `favourable`: and if open determinations were favourable.
  Answer with(std::uint32_t held, bool favourable = false) const {
    std::vector<Answer> states;
    for (const ConditionNode& node : plan_.rule.nodes) {
      if (node.kind == ConditionNode::Kind::leaf) {
        const bool open_manual = plan_.conditions[node.condition].kind == ConditionKind::manual && answers_[node.condition] == Answer::open;
        states.push_back((held >> node.condition & 1) != 0 || (favourable && open_manual) ? Answer::yes : answers_[node.condition]);
        continue;
      }
      const bool all = node.kind == ConditionNode::Kind::all;
      Answer state = all ? Answer::yes : Answer::no;
      for (const std::uint32_t child : node.children) state = all ? std::min(state, states[child]) : std::max(state, states[child]);
      states.push_back(state);
    }
    return states.back();
  }

  /// All conditions, as bits, that some set of them contains which makes the rule true and of which none can be left out.
  std::uint32_t in_least_sets() const {
    std::uint32_t lacking = 0, found = 0;
    for (std::uint32_t i = 0; i < answers_.size(); ++i) lacking |= answers_[i] == Answer::yes ? 0U : 1U << i;
    for (std::uint32_t set = lacking; set != 0; set = (set - 1) & lacking) {
      if ((found | set) == found || with(set) != Answer::yes) continue;
      bool least = true;
      for (std::uint32_t rest = set; rest != 0 && least; rest &= rest - 1) least = with(set & ~(rest & -rest)) != Answer::yes;
      if (least) found |= set;
    }
    return found;
  }

 private:
  const AudiencePlan& plan_;
  const std::vector<Answer>& answers_;
};

/// Whether each condition stands at one place, and explanations count them alike: one leaf for each.
bool is_plain(const AudiencePlan& plan) {
  for (std::uint32_t a = 0; a < plan.conditions.size(); ++a) {
    if (plan.conditions[a].kind == ConditionKind::always || plan.rule.conditions[a].leaves.size() > 1) return false;
    for (std::uint32_t b = 0; b < a; ++b)
      if (ask_the_same(plan, a, b)) return false;
  }
  return true;
}

std::uint32_t bits_of(std::span<const ConditionPart> parts, std::size_t bit, Mask ConditionPart::*which) {
  std::uint32_t bits = 0;
  for (std::uint32_t i = 0; i < parts.size(); ++i) bits |= (parts[i].*which).test(bit) ? 1U << i : 0U;
  return bits;
}

/// The conditions of the rule that the explanation finds lacking.
std::uint32_t failing_of(const AudiencePlan& plan, const Explanation& explanation) {
  std::uint32_t bits = 0;
  for (std::uint32_t i = 0; i < plan.conditions.size(); ++i) {
    const Condition& condition = plan.rule.conditions[i];
    if (condition.kind == ConditionKind::manual) {
      const std::string_view name = plan.rule.rule.manual()[condition.attribute].name;
      if (std::ranges::find(explanation.failing_manual, name) != explanation.failing_manual.end()) bits |= 1U << i;
    } else if (!condition.leaves.empty() && std::ranges::find(explanation.failing, condition.leaves[0]) != explanation.failing.end()) {
      bits |= 1U << i;
    }
  }
  return bits;
}

TEST(DecidingConditions, AreWhatTheExplanationOfRandomRulesSays) {
  std::size_t kept_out = 0, alone = 0, unneeded = 0, left_open = 0;
  for (std::uint32_t seed = 71; seed <= 76; ++seed) {
    World world(seed);
    for (ProfileId id = 0; id < 200; ++id) world.set_profile(id);
    world.engine.publish();
    for (int round = 0; round < 60; ++round) {
      const Rule rule = world.random.rule();
      const auto planned = plan(world.engine.epoch(), rule, asof);
      if (planned->conditions.size() > 9 || !is_plain(*planned)) continue;
      AudienceMatch match(planned);
      DecidingConditions deciding(*planned);
      Finder finder(planned);
      const BlockVerdicts verdicts = match.decide(0);
      const Mask present = world.engine.epoch()->blocks[0]->present;
      const auto keep = deciding.keep_out(match, present & ~verdicts.eligible);
      const std::vector<ConditionPart> keeping(keep.begin(), keep.end());
      const auto open = deciding.leave_open(match, verdicts.unknown);
      for (const auto& [id, enterprise] : world.profiles) {
        cel::Arena arena;
        const Explanation explanation = explain(rule, enterprise.slots, enterprise.determinations, asof, arena);
        const Findings& found = finder.find(id);
        const Tried tried(*planned, found.answers);
        const std::uint32_t parts = bits_of(keeping, id, &ConditionPart::takes_part), single = bits_of(keeping, id, &ConditionPart::alone);
        const std::uint32_t asked = bits_of(open, id, &ConditionPart::takes_part), settling = bits_of(open, id, &ConditionPart::alone);
        if (explanation.verdict == Verdict::eligible) {
          ASSERT_EQ(parts | single | asked, 0U);
          continue;
        }
        ASSERT_EQ(parts, tried.in_least_sets()) << rule.normalised() << " profile " << id;
        for (std::uint32_t i = 0; i < found.answers.size(); ++i) {
          const bool would_do = found.answers[i] != Answer::yes && tried.with(1U << i) == Answer::yes;
          ASSERT_EQ((single >> i & 1) != 0, would_do) << rule.normalised() << " profile " << id << " condition " << i;
          unneeded += found.answers[i] != Answer::yes && (parts >> i & 1) == 0;
        }
        ++kept_out;
        alone += single != 0;
        const std::uint32_t failing = failing_of(*planned, explanation);
        ASSERT_EQ(failing & ~parts, 0U) << rule.normalised() << " profile " << id;
        if (explanation.one_short && explanation.manual.empty()) {
          ASSERT_EQ(failing & ~single, 0U) << rule.normalised();
        }
        std::set<std::uint32_t> missing;
        for (std::uint32_t i = 0; i < found.answers.size(); ++i)
          if ((asked >> i & 1) != 0)
            for (const std::uint32_t leaf : planned->rule.conditions[i].leaves)
              for (const std::uint32_t slot : rule.leaves()[leaf].slots)
                if (enterprise.slots[slot].is_missing()) missing.insert(slot);
        ASSERT_EQ(missing, std::set<std::uint32_t>(explanation.missing.begin(), explanation.missing.end())) << rule.normalised();
        ASSERT_EQ(settling, std::popcount(asked) == 1 ? asked : 0U);
        left_open += asked != 0;
      }
    }
  }
  EXPECT_GT(kept_out, 5000U);
  EXPECT_GT(alone, 1000U);
  EXPECT_GT(unneeded, 1000U);
  EXPECT_GT(left_open, 1000U);
}

}  // namespace
}  // namespace zhida::matching::engine::test
