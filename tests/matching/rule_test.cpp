#include "matching/rule.hpp"

#include "matching/support.hpp"

#include <rapidcheck.h>

#include <algorithm>

namespace zhida::matching::test {
namespace {

Explanation explained(const Rule& rule, const Profile& profile, std::vector<Determination> determinations = {}) {
  cel::Arena arena;
  Explanation explanation = explain(rule, profile.slots(), determinations, asof(), arena);
  EXPECT_EQ(explanation.verdict, decide(rule, profile.slots(), determinations, asof(), arena));
  return explanation;
}

std::vector<std::string> texts(const Explanation& explanation) {
  std::vector<std::string> result;
  for (const std::uint32_t index : explanation.failing) result.push_back(explanation.leaves[index].leaf->text);
  return result;
}

using Texts = std::vector<std::string>;

TEST(Rule, RefusesWordsTheDictionaryDoesNotHave) {
  const CompiledRule compiled = Rule::compile(language(), "p.size_class == \"smal\" || p.district == \"31\" || p.industry in [\"3922\"]");
  ASSERT_EQ(compiled.diagnostics.size(), 3U);
  EXPECT_EQ(compiled.diagnostics[0].suggestion, "small");
  EXPECT_EQ(compiled.diagnostics[2].suggestion, "3921");
  EXPECT_FALSE(Rule::compile(language(), "p.employees + 1"));
}

TEST(Rule, ReadsNoAttributeThatItDoesNotName) {
  const Rule made = rule("p.employees < 10 && \"hnte\" in p.qualifications");
  std::vector<std::string> names;
  for (const std::uint32_t slot : made.slots()) names.push_back(made.language().dictionary()[slot].name);
  std::ranges::sort(names);
  EXPECT_EQ(names, (Texts{"employees", "qualifications"}));
}

TEST(Rule, SaysOfEachLeafWhatIsReadHowAndAgainstWhat) {
  const Rule made = rule(
      "!(p.employees < 10 && p.size_class in [\"small\"]) && 3 <= p.employees * 2 && \"hnte\" in p.qualifications && !p.abnormal_list");
  ASSERT_EQ(made.leaves().size(), 5U);
  const auto leaf = made.leaves();
  EXPECT_EQ(made.normalised(),
            "(p.employees >= 10 || !(p.size_class in [\"small\"])) && 3 <= p.employees * 2 && "
            "\"hnte\" in p.qualifications && !p.abnormal_list");
  EXPECT_EQ(leaf[0].operation + " " + leaf[0].limit, ">= 10");
  EXPECT_EQ(leaf[0].label_zh, "职工人数");
  EXPECT_EQ(leaf[1].operation + " " + leaf[1].limit, "!in [\"small\"]");
  EXPECT_EQ(leaf[2].operation + " " + leaf[2].limit, ">= 3");
  EXPECT_EQ(leaf[3].operation + " " + leaf[3].limit, "contains \"hnte\"");
  EXPECT_EQ(leaf[4].operation, "is not");
}

TEST(Rule, SaysWhereAManualConditionStands) {
  const std::vector<ManualCondition> manual{{"reviewed", "经评审"}, {"inspected", "经核查"}};
  const Rule made = rule("p.rd_ratio >= 0.1 || manual.reviewed", manual);
  EXPECT_TRUE(made.names_manual(0));
  EXPECT_FALSE(made.names_manual(1));
  EXPECT_EQ(made.leaves().size(), 1U);
  const auto verdict = [&](Profile profile, std::vector<Determination> determinations) {
    const Explanation found = explained(made, profile, determinations);
    return std::string(to_string(found.verdict)) + (found.one_short ? " near" : "");
  };
  const auto ratio = [](double value) { return Profile().set("rd_ratio", RawValue::of(value)); };
  EXPECT_EQ(verdict(ratio(0.2), {{"inspected", true}}), "eligible");
  EXPECT_EQ(verdict(ratio(0.2), {}), "manual");
  EXPECT_EQ(verdict(ratio(0.01), {{"inspected", true}}), "manual");
  EXPECT_EQ(verdict(ratio(0.01), {{"reviewed", false}, {"inspected", true}}), "ineligible near");
  EXPECT_EQ(verdict(ratio(0.01), {{"reviewed", true}, {"inspected", false}}), "ineligible near");
  EXPECT_EQ(verdict(ratio(0.01), {{"reviewed", false}, {"inspected", false}}), "ineligible");
  EXPECT_EQ(verdict(Profile(), {{"inspected", true}}), "manual");
  EXPECT_EQ(verdict(Profile(), {{"reviewed", false}, {"inspected", true}}), "unknown");
  for (const char* const refused : {"!manual.reviewed", "manual.reviewed == true", "manual.other", "has(manual.reviewed)"}) {
    EXPECT_FALSE(Rule::compile(language(), refused, manual)) << refused;
  }
  EXPECT_FALSE(Rule::compile(language(), "manual.reviewed"));
}

TEST(Decide, PutsAFalseConditionBeforeMissingOnesAndThoseBeforeManualOnes) {
  const Rule made = rule("p.employees >= 10 && p.size_class == \"small\"", {{"reviewed", "经评审"}});
  cel::Arena arena;
  const auto verdict = [&](const Profile& profile, std::vector<Determination> determinations = {}) {
    return decide(made, profile.slots(), determinations, asof(), arena);
  };
  const Determination yes{"reviewed", true}, no{"reviewed", false}, other{"other", true};
  EXPECT_EQ(verdict(Profile().set("employees", 9), {yes}), Verdict::ineligible);
  EXPECT_EQ(verdict(Profile().set("employees", 10), {yes}), Verdict::unknown);
  EXPECT_EQ(verdict(Profile().set("employees", 10), {no}), Verdict::ineligible);
  const Profile full = Profile().set("employees", 10).set("size_class", "small");
  EXPECT_EQ(verdict(full), Verdict::manual);
  EXPECT_EQ(verdict(full, {other}), Verdict::manual);
  EXPECT_EQ(verdict(full, {yes}), Verdict::eligible);
  EXPECT_EQ(verdict(full, {no}), Verdict::ineligible);
}

TEST(Explain, NamesTheFailingConditionWithItsValueAndLimit) {
  const Rule made = rule("p.employees >= 10 && p.size_class in [\"small\", \"micro\"]");
  const Explanation e = explained(made, Profile().set("employees", 9).set("size_class", "small"));
  EXPECT_EQ(texts(e), Texts{"p.employees >= 10"});
  EXPECT_TRUE(e.one_short);
  EXPECT_EQ(e.leaves[0].value, "9");
  EXPECT_EQ(e.leaves[1].value, "小型 (small)");
  EXPECT_EQ(e.leaves[1].state, State::holds);
  EXPECT_TRUE(e.missing.empty());
}

TEST(Explain, TakesTheNearestBranchOfAnAlternative) {
  const Rule made = rule("(p.employees >= 10 && p.taxable_income > 5) || p.size_class == \"micro\"");
  const Profile profile = Profile().set("employees", 1).set("taxable_income", 1).set("size_class", "small");
  EXPECT_EQ(texts(explained(made, profile)), Texts{"p.size_class == \"micro\""});
  const Rule fewer_unknown = rule("(p.employees >= 10 && p.taxable_income > 5) || (p.size_class == \"micro\" && !p.abnormal_list)");
  const Profile partly = Profile().set("employees", 1).set("taxable_income", 9).set("size_class", "small");
  const Explanation e = explained(fewer_unknown, partly);
  EXPECT_EQ(texts(e), Texts{"p.employees >= 10"});
  EXPECT_TRUE(e.one_short);
}

TEST(Explain, IsNotOneShortWhileAnotherConditionIsUnknown) {
  const Rule made = rule("p.employees >= 10 && p.size_class == \"micro\"");
  const Explanation e = explained(made, Profile().set("employees", 1));
  EXPECT_EQ(e.verdict, Verdict::ineligible);
  EXPECT_EQ(texts(e), Texts{"p.employees >= 10"});
  EXPECT_FALSE(e.one_short);
  EXPECT_TRUE(e.missing.empty());
}

TEST(Explain, CountsAConditionThatStandsTwiceOnce) {
  const Rule made = rule("(p.employees >= 10 || p.abnormal_list) && (p.employees >= 10 || p.taxable_income > 0)");
  const Explanation e = explained(made, Profile().set("employees", 1).set("taxable_income", 0).set("abnormal_list", RawValue::of(false)));
  EXPECT_TRUE(e.one_short);
  EXPECT_EQ(texts(e), Texts{"p.employees >= 10"});
}

TEST(Explain, AsksOnlyForAttributesThatWouldDecide) {
  const Rule made =
      rule("(p.employees >= 10 || p.taxable_income > 0) && (p.abnormal_list || p.rd_ratio > 0.1) && p.size_class != \"large\"");
  const Explanation e =
      explained(made, Profile().set("employees", 10).set("abnormal_list", RawValue::of(false)).set("size_class", "small"));
  EXPECT_EQ(e.verdict, Verdict::unknown);
  EXPECT_EQ(e.missing, std::vector<std::uint32_t>{3});
}

TEST(Explain, ListsManualConditionsThatAreLeftOrDenied) {
  const Rule made = rule("p.employees >= 10", {{"a", "甲"}, {"b", "乙"}, {"c", "丙"}});
  const Profile profile = Profile().set("employees", 10);
  const Explanation open = explained(made, profile, {{"a", true}});
  EXPECT_EQ(open.manual, (std::vector<std::string_view>{"b", "c"}));
  EXPECT_EQ(open.nodes[0].kind, ExplainedNode::Kind::all);
  EXPECT_EQ(open.nodes[0].children.size(), 4U);
  const Explanation denied = explained(made, profile, {{"a", false}});
  EXPECT_EQ(denied.verdict, Verdict::ineligible);
  EXPECT_EQ(denied.failing_manual, std::vector<std::string_view>{"a"});
  EXPECT_TRUE(denied.one_short);
  EXPECT_FALSE(explained(made, Profile(), {{"a", false}}).one_short);
}

TEST(Explain, ShowsAFailureAtRunTimeAsUnknown) {
  const Rule made = rule("100 / p.employees > 3");
  const Explanation e = explained(made, Profile().set("employees", 0));
  EXPECT_EQ(e.verdict, Verdict::unknown);
  EXPECT_EQ(e.leaves[0].error, cel::Fault::division_by_zero);
  EXPECT_TRUE(e.missing.empty());
}

TEST(Explain, ShowsComputedValues) {
  const Rule made = rule("p.employees * 3 >= 100 && asof.getFullYear(\"Asia/Shanghai\") - p.listed_year < 2");
  const Explanation e = explained(made, Profile().set("employees", 30).set("listed_year", 2020));
  EXPECT_EQ(e.leaves[0].value, "90");
  EXPECT_EQ(e.leaves[1].value, "6");
}

TEST(Formula, RoundsDownAndIsSilentWhereItCannotKnow) {
  const auto amount = [](std::string_view text, const Profile& profile) {
    const CompiledFormula compiled = Formula::compile(language(), text);
    if (!compiled) throw std::runtime_error(compiled.diagnostics[0].message_en);
    cel::Arena arena;
    return compiled.formula->amount(profile.slots(), asof(), arena);
  };
  const Profile profile = Profile().set("employees", 7).set("rd_ratio", RawValue::of(0.29));
  EXPECT_EQ(amount("p.employees * 600", profile), 4200);
  EXPECT_EQ(amount("double(p.employees) * 0.5", profile), 3);
  EXPECT_EQ(amount("100.0 * p.rd_ratio", profile), 29);
  EXPECT_EQ(amount("p.taxable_income", profile), std::nullopt);
  EXPECT_EQ(amount("0 - p.employees", profile), std::nullopt);
  EXPECT_EQ(amount("1.0 / 0.0", profile), std::nullopt);
  EXPECT_EQ(amount("1 / 0", profile), std::nullopt);
  EXPECT_FALSE(Formula::compile(language(), "p.size_class"));
}

/// A random rule over distinct conditions; what it says and how it is built are independent of the explanation.
std::string random_rule(int depth, int& next) {
  if (depth == 0 || *rc::gen::inRange(0, 4) == 0) {
    switch (next++ % 5) {
      case 0:
        return "p.employees >= " + std::to_string(next);
      case 1:
        return "p.taxable_income > " + std::to_string(next);
      case 2:
        return "!(p.listed_year == " + std::to_string(2000 + next) + ")";
      case 3:
        return "p.rd_ratio * 1.0 < 0." + std::to_string(next);
      default:
        return "p.employees < " + std::to_string(next);
    }
  }
  const std::string sign = *rc::gen::element<std::string>(" && ", " || ");
  return "(" + random_rule(depth - 1, next) + sign + random_rule(depth - 1, next) + ")";
}

State state_if(const Explanation& e, std::uint32_t number, const std::vector<std::uint32_t>& flipped) {
  const ExplainedNode& node = e.nodes[number];
  if (node.kind == ExplainedNode::Kind::leaf)
    return std::ranges::find(flipped, node.index) != flipped.end() ? State::holds : e.leaves[node.index].state;
  bool any_true = false, any_false = false, any_unknown = false;
  for (const std::uint32_t child : node.children) {
    const State state = state_if(e, child, flipped);
    any_true |= state == State::holds;
    any_false |= state == State::fails;
    any_unknown |= state == State::unknown;
  }
  if (node.kind == ExplainedNode::Kind::all) return any_false ? State::fails : (any_unknown ? State::unknown : State::holds);
  return any_true ? State::holds : (any_unknown ? State::unknown : State::fails);
}

TEST(Explain, FindsASmallestFailingSetAsTryingAllSetsDoes) {
  EXPECT_TRUE(rc::check([] {
    int next = 0;
    const Rule made = rule(random_rule(3, next));
    Profile profile;
    if (*rc::gen::arbitrary<bool>()) profile.set("employees", *rc::gen::inRange<std::int64_t>(0, 9));
    if (*rc::gen::arbitrary<bool>()) profile.set("taxable_income", *rc::gen::inRange<std::int64_t>(0, 9));
    if (*rc::gen::arbitrary<bool>()) profile.set("listed_year", *rc::gen::inRange<std::int64_t>(2000, 2009));
    if (*rc::gen::arbitrary<bool>()) profile.set("rd_ratio", RawValue::of(*rc::gen::element(0.0, 0.5, 1.0)));
    const Explanation e = explained(made, profile);
    if (e.verdict != Verdict::ineligible) return;
    RC_ASSERT(state_if(e, 0, e.failing) != State::fails);
    std::size_t smallest = e.leaves.size() + 1;
    bool one_short = false;
    for (std::uint32_t set = 0; set < 1U << e.leaves.size(); ++set) {
      std::vector<std::uint32_t> flipped;
      for (std::uint32_t i = 0; i < e.leaves.size(); ++i)
        if (set >> i & 1) flipped.push_back(i);
      if (state_if(e, 0, flipped) == State::fails) continue;
      smallest = std::min(smallest, flipped.size());
      one_short = one_short || (flipped.size() == 1 && state_if(e, 0, flipped) == State::holds);
    }
    RC_ASSERT(e.failing.size() == smallest);
    RC_ASSERT(e.one_short == one_short);
  }));
}

}  // namespace
}  // namespace zhida::matching::test
