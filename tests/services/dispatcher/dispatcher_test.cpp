#include "services/matcher/launch.hpp"

#include <gtest/gtest.h>

#include <random>

namespace zhida::launch_test {
namespace {

using campaign::Audience;
using campaign::Lane;
using campaign::RuleAudience;
using delivery::Reason;
using delivery::State;
using effect::Funnel;

Audience of_rule(std::string rule) { return Audience{RuleAudience{std::move(rule)}}; }

std::int64_t in_state(const Funnel& funnel, State state) { return funnel.by_state[static_cast<std::size_t>(state)]; }
std::int64_t with_reason(const Funnel& funnel, Reason reason) { return funnel.by_reason[static_cast<std::size_t>(reason)]; }

/// Enterprises 0 … n − 1, all small, and an item for them.
asio::awaitable<void> small_ones(Launch& launch, int n) {
  for (int i = 0; i < n; ++i) co_await launch.profile(uscc(i), "size_class", "\"small\"");
  co_await launch.profiles_folded();
  co_await launch.item("A", "p.size_class == \"small\"");
}

/// A campaign decided and not yet sent.
asio::awaitable<void> decided(Launch& launch, Audience audience) {
  launch.start_matcher();
  co_await launch.campaign("c1", std::move(audience), "A");
  co_await launch.until_decided(1);
  co_await launch.stop();
}

TEST(Dispatcher, DeliversEveryMatchedIntentOnce) {
  Launch launch;
  const auto body = [](Launch& l) -> asio::awaitable<void> {
    co_await small_ones(l, 55);
    std::size_t receipts = 0;
    l.log.sees = [&receipts](const log::NewRecord& record) { receipts += record.topic == "receipts" ? 1 : 0; };
    l.start();
    co_await l.campaign("c1", of_rule("p.size_class == \"small\""), "A");
    co_await l.until_over(1);
    const auto totals = co_await l.totals(1);
    EXPECT_EQ(in_state(totals.campaign, State::delivered), 55);
    EXPECT_EQ(totals.campaign.decided, 55);
    EXPECT_LE(receipts, 8U);  // a block of ten is answered by one record
    EXPECT_EQ(l.dispatcher_metrics().closed(State::delivered).value(), 55U);
    const auto ledger = co_await l.deliveries().ledger(uscc(54));
    EXPECT_EQ(ledger->intents.front().delivered_at, l.now);
    l.log.sees = nullptr;
  };
  launch.run(body(launch));
}

TEST(Dispatcher, DoesNotSendToWhoLeftTheAudienceMeanwhile) {
  Launch launch;
  const auto body = [](Launch& l) -> asio::awaitable<void> {
    co_await small_ones(l, 40);
    co_await decided(l, of_rule("p.size_class == \"small\""));
    co_await l.profile(uscc(3), "size_class", "\"large\"", "2026-05-01");
    co_await l.profile(uscc(4), "size_class", "null", "2026-05-01");
    co_await l.profile(uscc(5), "size_class", "\"small\"", "2026-05-01");
    co_await l.profiles_folded();
    l.start_dispatcher();
    co_await l.until_over(1);
    const auto totals = co_await l.totals(1);
    EXPECT_EQ(with_reason(totals.campaign, Reason::ineligible_at_send), 2);
    EXPECT_EQ(in_state(totals.campaign, State::delivered), 38);
    EXPECT_EQ(totals.campaign.decided, 40);
    const auto ledger = co_await l.deliveries().ledger(uscc(3));
    EXPECT_EQ(ledger->intents.front().status().reason, Reason::ineligible_at_send);
  };
  launch.run(body(launch));
}

TEST(Dispatcher, SendsNothingBeforeItKnowsTheProfilesThatWereDecidedWith) {
  Launch launch;
  const auto body = [](Launch& l) -> asio::awaitable<void> {
    co_await small_ones(l, 10);
    co_await l.part_profiles();
    l.senders_log.late = true;
    for (int i = 10; i < 40; ++i) co_await l.profile(uscc(i), "size_class", "\"small\"");
    co_await l.profiles_folded();
    co_await decided(l, of_rule("p.size_class == \"small\""));
    l.start_dispatcher();
    co_await l.sleep(std::chrono::milliseconds(100));
    const auto before = co_await l.totals(1);
    EXPECT_EQ(in_state(before.campaign, State::matched), 40);
    l.senders_log.late = false;
    co_await l.until_over(1);
    const auto after = co_await l.totals(1);
    EXPECT_EQ(in_state(after.campaign, State::delivered), 40);
  };
  launch.run(body(launch));
}

TEST(Dispatcher, ClosesWhatCouldNotBeSentOnceItsCampaignHasFailed) {
  Launch launch;
  const auto body = [](Launch& l) -> asio::awaitable<void> {
    co_await small_ones(l, 40);
    co_await decided(l, of_rule("p.size_class == \"small\""));
    co_await l.spoil("c1");
    l.start_dispatcher();
    while (l.unsendable.empty()) co_await l.sleep(std::chrono::milliseconds(1));
    EXPECT_NE(l.unsendable["c1"].find("MISSING"), std::string::npos) << l.unsendable["c1"];
    co_await l.sleep(std::chrono::milliseconds(50));  // it is found out of every block
    co_await l.move("c1", campaign::State::failed);
    co_await l.until_over(1);
    const auto totals = co_await l.totals(1);
    EXPECT_EQ(in_state(totals.campaign, State::cancelled), 40);
  };
  launch.run(body(launch));
}

TEST(Dispatcher, LooksAgainWhenTheDayHasChanged) {
  Launch launch;
  const auto body = [](Launch& l) -> asio::awaitable<void> {
    co_await small_ones(l, 20);
    co_await l.profile(uscc(1), "established", "\"2023-06-11\"");  // three years old tomorrow
    co_await l.profile(uscc(2), "established", "\"2024-06-11\"");
    co_await l.profiles_folded();
    co_await decided(l, of_rule("years_since(p.established, asof) < 3"));
    l.now += std::chrono::hours(24);
    l.start_dispatcher();
    co_await l.until_over(1);
    const auto totals = co_await l.totals(1);
    EXPECT_EQ(with_reason(totals.campaign, Reason::ineligible_at_send), 1);
    EXPECT_EQ(in_state(totals.campaign, State::delivered), 1);
  };
  launch.run(body(launch));
}

TEST(Dispatcher, DoesNotSendWhatWasWithdrawnOrAppliedForMeanwhile) {
  Launch launch;
  const auto body = [](Launch& l) -> asio::awaitable<void> {
    co_await small_ones(l, 30);
    co_await l.item("B", "true");
    co_await decided(l, of_rule("p.size_class == \"small\""));
    l.start_matcher();
    co_await l.campaign("c2", of_rule("true"), "B");
    co_await l.until_decided(2);
    co_await l.outcome(uscc(9), "A", delivery::OutcomeType::applied);
    co_await l.withdraw("B");
    l.start_dispatcher();
    co_await l.until_over(1);
    co_await l.until_over(2);
    const auto first = co_await l.totals(1);
    EXPECT_EQ(with_reason(first.campaign, Reason::already_applied), 1);
    EXPECT_EQ(in_state(first.campaign, State::delivered), 29);
    const auto second = co_await l.totals(2);
    EXPECT_EQ(with_reason(second.campaign, Reason::item_withdrawn), 30);
  };
  launch.run(body(launch));
}

/// Ten small enterprises, for items SMALL and BOTH, and ten large ones, for BOTH only.
asio::awaitable<void> small_and_large(Launch& l) {
  for (int i = 0; i < 20; ++i) co_await l.profile(uscc(i), "size_class", i < 10 ? "\"small\"" : "\"large\"");
  co_await l.profiles_folded();
  co_await l.item("SMALL", "p.size_class == \"small\"");
  co_await l.item("BOTH", "p.size_class in [\"small\", \"large\"]");
}

TEST(Dispatcher, SendsWhatIsLeftOfAPackageToWhomItIsLeft) {
  for (const bool look_again : {false, true}) {
    Launch launch;
    const auto body = [look_again](Launch& l) -> asio::awaitable<void> {
      co_await small_and_large(l);
      Audience any{campaign::EligibleAudience()};
      l.start_matcher();
      co_await l.campaign("c1", any, "SMALL BOTH");
      co_await l.campaign("c2", of_rule("true"), "SMALL BOTH");
      co_await l.until_decided(1);
      co_await l.until_decided(2);
      co_await l.stop();
      co_await l.withdraw("BOTH");
      if (look_again) l.now += std::chrono::hours(24);
      // Who has applied for all that is left is told nothing new.
      co_await l.outcome(uscc(3), "SMALL", delivery::OutcomeType::applied);
      l.start_dispatcher();
      for (const delivery::CampaignNumber campaign : {1U, 2U}) {
        co_await l.until_over(campaign);
        const auto totals = co_await l.totals(campaign);
        EXPECT_EQ(in_state(totals.campaign, State::delivered), 9) << campaign;
        EXPECT_EQ(totals.items.at(delivery::hash_of("SMALL")).delivered, 9) << campaign;
        EXPECT_EQ(totals.items.at(delivery::hash_of("BOTH")).delivered, 0) << "it was gone before: " << campaign;
        EXPECT_EQ(with_reason(totals.campaign, Reason::already_applied), 1) << campaign;
        EXPECT_EQ(with_reason(totals.campaign, Reason::item_withdrawn), 10) << "for these only BOTH was meant: " << campaign;
      }
      co_await l.withdraw("SMALL");
      l.start_matcher();
      co_await l.campaign("c3", of_rule("true"), "SMALL BOTH");
      co_await l.until_over(3);
      const auto totals = co_await l.totals(3);
      EXPECT_EQ(with_reason(totals.campaign, Reason::item_withdrawn), 20);
    };
    launch.run(body(launch));
  }
}

TEST(Dispatcher, GivesTheReasonThatTheMatcherWouldHaveGiven) {
  Launch launch;
  const auto body = [](Launch& l) -> asio::awaitable<void> {
    co_await small_and_large(l);
    Audience any{campaign::EligibleAudience()};
    l.start_matcher();
    co_await l.campaign("c1", any, "SMALL BOTH");
    co_await l.until_decided(1);
    co_await l.stop();
    co_await l.withdraw("BOTH");
    // A large one, for which only BOTH was meant, has all that is left: both reasons hold.
    co_await l.outcome(uscc(15), "SMALL", delivery::OutcomeType::applied);
    l.start_matcher();
    l.start_dispatcher();
    co_await l.campaign("c2", any, "SMALL BOTH");
    for (const delivery::CampaignNumber campaign : {1U, 2U}) {
      co_await l.until_over(campaign);
      const auto totals = co_await l.totals(campaign);
      EXPECT_EQ(with_reason(totals.campaign, Reason::already_applied), 1) << campaign;
      EXPECT_EQ(with_reason(totals.campaign, Reason::item_withdrawn), 9) << campaign;
    }
  };
  launch.run(body(launch));
}

TEST(Dispatcher, HoldsWhatIsPausedAndGoesOnWhenResumed) {
  Launch launch(50);
  const auto body = [](Launch& l) -> asio::awaitable<void> {
    co_await small_ones(l, 3'000);
    co_await decided(l, of_rule("p.size_class == \"small\""));
    std::size_t blocks = 0;
    l.log.sees = [&blocks](const log::NewRecord& record) { blocks += record.topic == "receipts" ? 1 : 0; };
    l.start_dispatcher();
    while (blocks < 4) co_await l.sleep(std::chrono::milliseconds(1));
    co_await l.move("c1", campaign::State::paused);
    co_await l.sleep(std::chrono::milliseconds(100));
    const std::size_t paused_at = blocks;
    EXPECT_LT(paused_at, 50U);
    co_await l.sleep(std::chrono::milliseconds(300));
    EXPECT_EQ(blocks, paused_at);
    co_await l.move("c1", campaign::State::running);
    co_await l.until_over(1);
    const auto totals = co_await l.totals(1);
    EXPECT_EQ(in_state(totals.campaign, State::delivered), 3'000);
    l.log.sees = nullptr;
  };
  launch.run(body(launch));
}

TEST(Dispatcher, ClosesWhatIsOpenOfACancelledOrExpiredCampaign) {
  for (const campaign::State end : {campaign::State::cancelled, campaign::State::expired}) {
    Launch launch(50);
    const auto body = [end](Launch& l) -> asio::awaitable<void> {
      co_await small_ones(l, 3'000);
      co_await decided(l, of_rule("p.size_class == \"small\""));
      std::size_t blocks = 0;
      l.log.sees = [&blocks](const log::NewRecord& record) { blocks += record.topic == "receipts" ? 1 : 0; };
      l.start_dispatcher();
      while (blocks < 4) co_await l.sleep(std::chrono::milliseconds(1));
      co_await l.move("c1", end);
      co_await l.until_over(1);
      const auto totals = co_await l.totals(1);
      const State closed = end == campaign::State::cancelled ? State::cancelled : State::expired;
      EXPECT_EQ(in_state(totals.campaign, State::delivered) + in_state(totals.campaign, closed), 3'000);
      EXPECT_GT(in_state(totals.campaign, closed), 1'000);
      EXPECT_GT(in_state(totals.campaign, State::delivered), 0);
      l.log.sees = nullptr;
    };
    launch.run(body(launch));
  }
}

TEST(Dispatcher, ClosesACampaignThatEndedBeforeItStarted) {
  Launch launch;
  const auto body = [](Launch& l) -> asio::awaitable<void> {
    co_await small_ones(l, 30);
    co_await decided(l, of_rule("true"));
    co_await l.move("c1", campaign::State::cancelled);
    l.now += std::chrono::hours(24 * 10);
    l.start_dispatcher();
    co_await l.until_over(1);
    const auto totals = co_await l.totals(1);
    EXPECT_EQ(in_state(totals.campaign, State::cancelled), 30);
  };
  launch.run(body(launch));
}

TEST(Dispatcher, LetsAnUrgentCampaignOvertakeABulkOne) {
  Launch launch(20);
  const auto body = [](Launch& l) -> asio::awaitable<void> {
    co_await small_ones(l, 4'000);
    co_await l.item("B", "p.size_class == \"small\"");
    l.start_matcher();
    co_await l.campaign("c1", of_rule("p.size_class == \"small\""), "A", Lane::bulk);
    co_await l.until_decided(1);
    std::size_t bulk_blocks = 0;
    l.log.sees = [&bulk_blocks](const log::NewRecord& record) { bulk_blocks += record.topic == "receipts" ? 1 : 0; };
    l.start_dispatcher();
    while (bulk_blocks < 10) co_await l.sleep(std::chrono::milliseconds(1));
    Audience few{campaign::ListAudience({uscc(1), uscc(2), uscc(3)})};
    co_await l.campaign("c2", few, "B", Lane::urgent);
    const auto delivered = [](const Funnel& funnel) { return in_state(funnel, State::delivered) == 3; };
    co_await l.until(2, delivered);
    EXPECT_LT(bulk_blocks, 200U * 3 / 4) << "of 200 blocks of the bulk campaign";
    co_await l.until_over(1);
    const auto totals = co_await l.totals(1);
    EXPECT_EQ(in_state(totals.campaign, State::delivered), 4'000);
    l.log.sees = nullptr;
  };
  launch.run(body(launch));
}

TEST(Dispatcher, EndsAlikeWhateverIsCutOffOrAnsweredTwice) {
  std::mt19937 random(7);
  for (int round = 0; round < 4; ++round) {
    Launch launch;
    const auto body = [&random](Launch& l) -> asio::awaitable<void> {
      co_await small_ones(l, 600);
      co_await decided(l, of_rule("p.size_class == \"small\""));
      co_await l.profile(uscc(11), "size_class", "\"large\"", "2026-05-01");
      co_await l.profiles_folded();
      l.log.loses = [&random](const log::NewRecord& record) { return record.topic == "receipts" && random() % 5 == 0; };
      for (int life = 0; life < 12; ++life) {
        l.start();
        co_await l.sleep(std::chrono::milliseconds(random() % 20));
        if (random() % 2 == 0)
          co_await l.cut_off();
        else
          co_await l.stop();
      }
      l.log.loses = nullptr;
      l.start();
      co_await l.until_over(1);
      const auto totals = co_await l.totals(1);
      EXPECT_EQ(in_state(totals.campaign, State::delivered), 599);
      EXPECT_EQ(with_reason(totals.campaign, Reason::ineligible_at_send), 1);
      EXPECT_EQ(totals.campaign.decided, 600);
    };
    launch.run(body(launch), std::chrono::seconds(60));
  }
}

}  // namespace
}  // namespace zhida::launch_test
