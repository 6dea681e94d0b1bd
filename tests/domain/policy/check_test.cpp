#include "domain/policy/check.hpp"

#include "matching/date.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace zhida::policy {
namespace {

constexpr std::string_view attributes =
    "name,type,unit,values,label_zh,label_en,question_zh,source_zh,sensitivity,per,aliases,note\n"
    "insured_employees,int,persons,,参保人数,Insured employees,参保多少人？,人社,internal,current,,\n"
    "size_class,string,code,large=大型;medium=中型;small=小型;micro=微型,统计划型,Size class,规模？,统计,internal,current,,\n";

std::shared_ptr<const matching::Language> language() {
  auto parsed = matching::Dictionary::parse(attributes, {});
  EXPECT_TRUE(parsed.dictionary) << parsed.error;
  return std::make_shared<const matching::Language>(parsed.dictionary, cel::Registry());
}

CompiledItem item(std::optional<std::int64_t> cap) {
  auto version = std::make_shared<ItemVersion>();
  version->content.rule = "p.size_class in [\"small\", \"micro\"]";
  version->content.manual = {{"listed", "列入名单"}};
  version->content.benefit.emplace();
  version->content.benefit->formula = "600.5 * double(p.insured_employees)";
  version->content.benefit->cap = cap;
  version->content.valid_to = domain::parse_date("2026-12-31");
  auto compiled = CompiledItem::compile(language(), "X", version);
  EXPECT_TRUE(compiled.item) << (compiled.rule.empty() ? "" : compiled.rule[0].message_en)
                             << (compiled.formula.empty() ? "" : compiled.formula[0].message_en);
  return *compiled.item;
}

const domain::Date today = *domain::parse_date("2026-11-23");

struct Enterprise {
  std::vector<cel::Value> slots{cel::Value(), cel::Value()};
  std::vector<matching::Determination> determinations;

  ItemDecision decide(const CompiledItem& compiled, domain::Date date = today) const {
    cel::Arena arena;
    const Subject subject{slots, determinations};
    const ItemDecision decision = decide_item(compiled, subject, date, arena);
    const ItemCheck check = check_item(compiled, subject, date, arena);
    EXPECT_EQ(check.decision.verdict, decision.verdict);
    EXPECT_EQ(check.decision.window, decision.window);
    return decision;
  }
};

TEST(DecideItem, GoesFromUnknownOverManualToEligible) {
  const CompiledItem compiled = item(std::nullopt);
  Enterprise enterprise;
  EXPECT_EQ(enterprise.decide(compiled).verdict, Verdict::unknown);
  enterprise.slots[1] = cel::Value::string("small");
  EXPECT_EQ(enterprise.decide(compiled).verdict, Verdict::manual);
  enterprise.determinations = {{"listed", true}};
  EXPECT_EQ(enterprise.decide(compiled).verdict, Verdict::eligible);
  enterprise.determinations = {{"listed", false}};
  EXPECT_EQ(enterprise.decide(compiled).verdict, Verdict::ineligible);
  enterprise.determinations.clear();
  enterprise.slots[1] = cel::Value::string("large");
  EXPECT_EQ(enterprise.decide(compiled).verdict, Verdict::ineligible);
}

TEST(DecideItem, KeepsTheWindowApart) {
  const CompiledItem compiled = item(std::nullopt);
  Enterprise enterprise;
  enterprise.slots[1] = cel::Value::string("small");
  const ItemDecision late = enterprise.decide(compiled, *domain::parse_date("2027-01-01"));
  EXPECT_EQ(late.verdict, Verdict::manual);
  EXPECT_EQ(late.window, WindowState::closed);
}

TEST(DecideItem, EstimatesRoundedDownAndCapped) {
  Enterprise enterprise;
  enterprise.slots[1] = cel::Value::string("small");
  EXPECT_EQ(enterprise.decide(item(std::nullopt)).benefit, std::nullopt) << "a missing fact is no amount of 0";
  EXPECT_EQ(enterprise.decide(item(1000)).benefit, std::nullopt) << "a cap alone is no estimate";
  enterprise.slots[0] = cel::Value::integer(3);
  EXPECT_EQ(enterprise.decide(item(std::nullopt)).benefit, std::optional<std::int64_t>(1801));
  EXPECT_EQ(enterprise.decide(item(1000)).benefit, std::optional<std::int64_t>(1000));
  enterprise.slots[1] = cel::Value::string("large");
  EXPECT_EQ(enterprise.decide(item(1000)).benefit, std::nullopt) << "who is ineligible has no benefit";
}

TEST(CompiledItems, TellRuleAndFormulaApart) {
  auto version = std::make_shared<ItemVersion>();
  version->content.rule = "p.size_class == \"tiny\"";
  version->content.benefit.emplace();
  version->content.benefit->formula = "p.nothing";
  const auto compiled = CompiledItem::compile(language(), "X", version);
  EXPECT_FALSE(compiled.item);
  EXPECT_FALSE(compiled.rule.empty());
  EXPECT_FALSE(compiled.formula.empty());
}

TEST(RuleHashInput, TellsRuleAndConditionsApart) {
  ItemContent a, b;
  a.rule = "true\n6:listed";
  b.rule = "true";
  b.manual = {{"listed", ""}};
  EXPECT_NE(rule_hash_input(a), rule_hash_input(b));
}

}  // namespace
}  // namespace zhida::policy
