#include "domain/delivery/ledger.hpp"
#include "domain/delivery/codec.hpp"

#include "domain/delivery/facts_of_one_enterprise.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace zhida::delivery {
namespace {

using namespace std::chrono_literals;
using testing::monday;

IntentFact matched(CampaignNumber campaign, std::uint64_t offset, std::span<const ItemDecision> items) {
  IntentFact fact;
  fact.key.campaign = campaign;
  fact.place.offset = offset;
  fact.decided_at = monday;
  fact.items = items;
  return fact;
}

ReceiptFact receipt(CampaignNumber campaign, State state, Instant at, std::uint32_t attempt = 0, Reason reason = Reason::none) {
  ReceiptFact fact;
  fact.key.campaign = campaign;
  fact.status = {state, attempt, reason, at, {}};
  return fact;
}

EngagementFact engagement(std::uint64_t event, EngagementType type, Instant at) {
  EngagementFact fact;
  fact.key.campaign = 1;
  fact.type = type;
  fact.at = at;
  fact.event = event;
  fact.logged_at = at;
  return fact;
}

RC_GTEST_PROP(Ledger, IsTheSameHoweverTopicsInterleaveAndFactsRepeat, ()) {
  const testing::Topics topics = testing::some_topics();
  const Ledger ledger = testing::fold_in_turn(topics);
  const Ledger other = testing::fold_interleaved(topics);
  RC_ASSERT(ledger == other);
  RC_ASSERT(encode(ledger) == encode(other));
}

RC_GTEST_PROP(Ledger, TakesTheMaximumOfReceiptsInAnyOrder, ()) {
  testing::Topics topics = testing::some_topics();
  std::vector<testing::Fact> receipts = topics.topics[2];
  receipts.insert(receipts.end(), topics.topics[3].begin(), topics.topics[3].end());
  Ledger forwards, backwards;
  for (auto fact = receipts.begin(); fact != receipts.end(); ++fact) testing::apply_fact(forwards, *fact);
  for (auto fact = receipts.rbegin(); fact != receipts.rend(); ++fact) testing::apply_fact(backwards, *fact);
  RC_ASSERT(forwards == backwards);
}

TEST(Ledger, KeepsEarlyFactsUntilTheIntentIsFolded) {
  Ledger ledger;
  apply(ledger, receipt(1, State::delivered, monday + 1s));
  apply(ledger, engagement(7, EngagementType::click, monday + 2s));
  ASSERT_NE(ledger.find({1}), nullptr);
  EXPECT_EQ(ledger.find({1})->status().state, State::none);
  apply(ledger, matched(1, 5, {}));
  EXPECT_EQ(ledger.find({1})->status().state, State::delivered);
  EXPECT_EQ(ledger.find({1})->engagement(EngagementType::click).people, 1U);
}

TEST(Ledger, LetsTheFirstRecordOfAnIntentWin) {
  const std::vector<ItemDecision> first{{Verdict::eligible, Window::open, 100}}, second{{Verdict::ineligible, Window::open, {}}};
  Ledger ledger;
  EXPECT_TRUE(apply(ledger, matched(1, 9, second)));
  EXPECT_TRUE(apply(ledger, matched(1, 5, first)));
  EXPECT_FALSE(apply(ledger, matched(1, 9, second)));
  EXPECT_EQ(ledger.find({1})->decision->items, first);
}

TEST(Ledger, OpensAnAttemptAndClosesForEver) {
  Ledger ledger;
  apply(ledger, matched(1, 5, {}));
  apply(ledger, receipt(1, State::temporary_failure, monday, 1));
  apply(ledger, receipt(1, State::queued, monday + 1min, 2));
  EXPECT_EQ(ledger.find({1})->status().state, State::queued);
  apply(ledger, receipt(1, State::delivered, monday + 2min, 1));
  apply(ledger, receipt(1, State::accepted, monday + 3min, 9));
  EXPECT_EQ(ledger.find({1})->status().state, State::delivered);
  apply(ledger, receipt(1, State::late_bounced, monday + 4min));
  EXPECT_EQ(ledger.find({1})->status().state, State::late_bounced);
  EXPECT_EQ(ledger.find({1})->delivered_at, monday + 2min);
}

TEST(Ledger, CountsEachEventIdOnce) {
  Ledger ledger;
  EXPECT_TRUE(apply(ledger, engagement(1, EngagementType::click, monday)));
  EXPECT_FALSE(apply(ledger, engagement(1, EngagementType::click, monday)));
  EXPECT_TRUE(apply(ledger, engagement(2, EngagementType::click, monday + 1h)));
  const Engaged clicks = ledger.find({1})->engagement(EngagementType::click);
  EXPECT_EQ(clicks.people, 2U);
  EXPECT_EQ(clicks.first, monday);
  EXPECT_EQ(clicks.last, monday + 1h);
}

TEST(Ledger, ForgetsEventIdsByLogTimeAndThenRefusesWhatCouldBeADouble) {
  Ledger ledger;
  apply(ledger, engagement(1, EngagementType::click, monday));
  apply(ledger, engagement(2, EngagementType::click, monday + 24h * 8));
  EXPECT_EQ(ledger.seen.size(), 2U);
  apply(ledger, engagement(3, EngagementType::click, monday + 24h * 9));
  EXPECT_EQ(ledger.seen.size(), 2U);
  EXPECT_FALSE(apply(ledger, engagement(1, EngagementType::click, monday)));
  EXPECT_EQ(ledger.find({1})->engagement(EngagementType::click).people, 3U);
}

TEST(Ledger, LabelsMachinesAndKeepsThem) {
  Ledger ledger;
  EngagementFact machine = engagement(1, EngagementType::click, monday);
  machine.machine = true;
  apply(ledger, machine);
  const Engaged clicks = ledger.find({1})->engagement(EngagementType::click);
  EXPECT_EQ(clicks.people, 0U);
  EXPECT_EQ(clicks.machine, 1U);
  EXPECT_FALSE(clicks.first);
}

TEST(Ledger, CountsAnOutcomeOnceByItsId) {
  Ledger ledger;
  OutcomeFact outcome;
  outcome.id = 1;
  outcome.at = monday;
  EXPECT_TRUE(apply(ledger, outcome));
  outcome.at = monday + 1h;
  EXPECT_FALSE(apply(ledger, outcome));
  EXPECT_EQ(ledger.outcomes.size(), 1U);
}

}  // namespace
}  // namespace zhida::delivery
