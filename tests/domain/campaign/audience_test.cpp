#include "domain/campaign/audience.hpp"

#include "domain/campaign/bucket.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>

namespace zhida::campaign {
namespace {

using enterprise::Uscc;
using policy::ItemDecision;
using policy::Verdict;
using policy::WindowState;

Uscc uscc(int number) {
  std::string digits = "91310117MA1J00000";
  for (std::size_t at = 16, rest = static_cast<std::size_t>(number); rest > 0; --at, rest /= 31) digits[at] = Uscc::alphabet[rest % 31];
  return *Uscc::make(digits);
}

ItemDecision item(Verdict verdict, WindowState window = WindowState::open) { return {verdict, window, std::nullopt}; }

bool contains(const Audience& audience, std::vector<ItemDecision> items, std::vector<bool> rules = {}, int number = 0) {
  const std::function<bool(std::size_t)> holds = [&](std::size_t rule) { return rules.at(rule); };
  return in_audience(audience, {uscc(number), items, holds});
}

TEST(Audience, OfARuleAsksOnlyTheRule) {
  const Audience audience{RuleAudience{"p.x"}};
  EXPECT_TRUE(contains(audience, {item(Verdict::ineligible)}, {true}));
  EXPECT_FALSE(contains(audience, {item(Verdict::eligible)}, {false}));
}

TEST(Audience, EligibleForAnyCountsOpenItemsOnly) {
  const Audience audience{EligibleAudience{}};
  EXPECT_TRUE(contains(audience, {item(Verdict::ineligible), item(Verdict::manual)}));
  EXPECT_FALSE(contains(audience, {item(Verdict::unknown), item(Verdict::ineligible)}));
  EXPECT_FALSE(contains(audience, {item(Verdict::eligible, WindowState::not_yet), item(Verdict::eligible, WindowState::closed)}));
  EXPECT_FALSE(contains(audience, {}));
}

TEST(Audience, EligibleForAllNeedsEveryOpenItem) {
  const Audience audience{EligibleAudience{Quantifier::all, {Verdict::eligible}}};
  EXPECT_TRUE(contains(audience, {item(Verdict::eligible), item(Verdict::ineligible, WindowState::closed)}));
  EXPECT_FALSE(contains(audience, {item(Verdict::eligible), item(Verdict::manual)}));
  EXPECT_FALSE(contains(audience, {item(Verdict::eligible), item(Verdict::unknown)}));
  EXPECT_FALSE(contains(audience, {item(Verdict::eligible, WindowState::closed)})) << "with nothing open there is nothing to push";
  EXPECT_FALSE(contains(audience, {}));
}

TEST(Audience, OfAListIsTheList) {
  const Audience audience{ListAudience({uscc(7), uscc(3), uscc(7)})};
  EXPECT_EQ(std::get<ListAudience>(audience.form).enterprises->size(), 2U);
  EXPECT_TRUE(contains(audience, {}, {}, 3));
  EXPECT_FALSE(contains(audience, {}, {}, 4));
}

TEST(Audience, JoinsItsParts) {
  const Audience audience{JoinedAudience{{Audience{RuleAudience{"a"}},
                                          Audience{JoinedAudience{{Audience{ListAudience({uscc(1)})}, Audience{RuleAudience{"b"}}}}},
                                          Audience{RuleAudience{"c"}}}}};
  EXPECT_EQ(rules_of(audience), (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_TRUE(contains(audience, {}, {true, true, true}, 1));
  for (std::size_t i = 0; i < 3; ++i) {
    std::vector<bool> rules(3, true);
    rules[i] = false;
    EXPECT_FALSE(contains(audience, {}, rules, 1)) << i;
  }
  EXPECT_FALSE(contains(audience, {}, {true, true, true}, 2));
  EXPECT_FALSE(needs_items(audience));
  ASSERT_TRUE(listed_in(audience));
  EXPECT_EQ(listed_in(audience)->size(), 1U);
}

RC_GTEST_PROP(Audience, NeverHoldsWhoIsUnknownForEveryItem, ()) {
  std::vector<ItemDecision> items;
  for (int i = *rc::gen::inRange(0, 5); i > 0; --i)
    items.push_back(item(*rc::gen::element(Verdict::unknown, Verdict::ineligible),
                         *rc::gen::element(WindowState::open, WindowState::not_yet, WindowState::closed)));
  for (const Quantifier quantifier : {Quantifier::any, Quantifier::all})
    RC_ASSERT(!contains(Audience{EligibleAudience{quantifier, {Verdict::eligible, Verdict::manual}}}, items));
}

TEST(AudienceValidation, PointsAtWhatIsWrong) {
  const auto first = [](const Audience& audience) {
    domain::FieldErrors errors;
    validate(audience, "/audience", errors);
    return errors.empty() ? std::string() : errors[0].pointer + " " + errors[0].code;
  };
  EXPECT_EQ(first({RuleAudience{"true"}}), "");
  EXPECT_EQ(first({RuleAudience{""}}), "/audience/rule length");
  EXPECT_EQ(first({EligibleAudience{Quantifier::any, {Verdict::eligible, Verdict::unknown}}}), "/audience/verdicts/1 enum");
  EXPECT_EQ(first({ListAudience()}), "/audience/list length");
  EXPECT_EQ(first({JoinedAudience{}}), "/audience/all length");
  EXPECT_EQ(first({JoinedAudience{{Audience{RuleAudience{""}}}}}), "/audience/all/0/rule length");
  Audience deep{RuleAudience{"true"}};
  for (int i = 0; i < deepest_audience; ++i) deep = Audience{JoinedAudience{{deep}}};
  EXPECT_NE(first(deep), "");
}

TEST(Bucket, IsFairAndItsSaltsIndependent) {
  std::array<std::array<int, 4>, 4> counts{};
  for (int i = 0; i < 8000; ++i) ++counts[bucket("c1", uscc(i), 4)][bucket("c2", uscc(i), 4)];
  for (const auto& row : counts)
    for (const int count : row) EXPECT_NEAR(count, 500, 110);
}

}  // namespace
}  // namespace zhida::campaign
