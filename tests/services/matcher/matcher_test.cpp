#include "services/matcher/launch.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace zhida::launch_test {
namespace {

using campaign::Audience;
using campaign::EligibleAudience;
using campaign::JoinedAudience;
using campaign::Lane;
using campaign::ListAudience;
using campaign::RuleAudience;
using delivery::Reason;
using delivery::State;
using effect::Funnel;

Audience of_rule(std::string rule) { return Audience{RuleAudience{std::move(rule)}}; }
Audience of_items() { return Audience{EligibleAudience{}}; }

std::int64_t in_state(const Funnel& funnel, State state) { return funnel.by_state[static_cast<std::size_t>(state)]; }
std::int64_t with_reason(const Funnel& funnel, Reason reason) { return funnel.by_reason[static_cast<std::size_t>(reason)]; }

/// Enterprises 0 … n − 1: every third is small, every third large, of every third the size is unknown.
asio::awaitable<void> thirds(Launch& launch, int n) {
  for (int i = 0; i < n; ++i) {
    if (i % 3 == 0) co_await launch.profile(uscc(i), "size_class", "\"small\"");
    if (i % 3 == 1) co_await launch.profile(uscc(i), "size_class", "\"large\"");
    if (i % 3 == 2) co_await launch.profile(uscc(i), "org_form", "\"company\"");
  }
  co_await launch.profiles_folded();
}

std::set<enterprise::Uscc> every_third(int n) {
  std::set<enterprise::Uscc> usccs;
  for (int i = 0; i < n; i += 3) usccs.insert(uscc(i));
  return usccs;
}

void expect_each_once(const std::map<enterprise::Uscc, int>& decided, const std::set<enterprise::Uscc>& audience) {
  EXPECT_EQ(decided.size(), audience.size());
  for (const auto& [uscc, times] : decided) {
    EXPECT_TRUE(audience.contains(uscc)) << uscc.text();
    EXPECT_EQ(times, 1) << uscc.text();
  }
}

/// Notes how many intents the largest block has.
void watch_blocks(Launch& launch, std::size_t& most) {
  launch.log.sees = [&most](const log::NewRecord& record) {
    if (record.event.type != contracts::IntentsWriter::type) return;
    most = std::max(most, contracts::read_intents_decided(record.value)->facts().size());
  };
}

TEST(Matcher, GivesEveryEnterpriseOfTheAudienceExactlyOneIntent) {
  Launch launch;
  const auto body = [](Launch& l) -> asio::awaitable<void> {
    co_await thirds(l, 90);
    co_await l.item("HNTE", "p.size_class in [\"small\", \"micro\"]");
    l.start_matcher();
    co_await l.campaign("c1", of_rule("p.size_class == \"small\""), "HNTE");
    co_await l.until_decided(1);
    expect_each_once(co_await l.decided(1), every_third(90));
    const auto announced = co_await l.audience(1);
    EXPECT_EQ(*announced, 30U);
    const auto totals = co_await l.totals(1);
    EXPECT_EQ(totals.campaign.decided, 30);
    EXPECT_EQ(in_state(totals.campaign, State::matched), 30);
    EXPECT_EQ(l.matcher_metrics().matched.value(), 30U);
  };
  launch.run(body(launch));
}

TEST(Matcher, DecidesOnProfilesAsTheyAreWhenTheCampaignRuns) {
  Launch launch;
  const auto body = [](Launch& l) -> asio::awaitable<void> {
    co_await thirds(l, 90);
    co_await l.item("A", "p.size_class == \"small\"");
    l.start_matcher();
    co_await l.campaign("c1", of_items(), "A");
    co_await l.until_decided(1);
    expect_each_once(co_await l.decided(1), every_third(90));

    std::set<enterprise::Uscc> audience = every_third(90);
    for (int i = 0; i < 9; i += 3) {
      co_await l.profile(uscc(i), "size_class", "\"large\"", "2026-02-01");
      audience.erase(uscc(i));
    }
    co_await l.profile(uscc(12), "size_class", "null", "2026-02-01");
    audience.erase(uscc(12));
    for (int i = 89; i < 95; ++i) {
      co_await l.profile(uscc(i), "size_class", "\"small\"", "2026-02-01");
      audience.insert(uscc(i));
    }
    co_await l.profiles_folded();
    co_await l.campaign("c2", of_items(), "A");
    co_await l.campaign("c3", of_rule("p.size_class == \"small\""), "A");
    co_await l.until_decided(2);
    co_await l.until_decided(3);
    expect_each_once(co_await l.decided(2), audience);
    expect_each_once(co_await l.decided(3), audience);
  };
  launch.run(body(launch));
}

TEST(Matcher, KeepsTheEvidenceAndTheFacetsOfEachDecision) {
  Launch launch;
  const auto body = [](Launch& l) -> asio::awaitable<void> {
    co_await l.profile(uscc(7), "size_class", "\"small\"");
    co_await l.profile(uscc(7), "industry", "\"3921\"");
    co_await l.profile(uscc(7), "insured_employees", "12");
    co_await l.profile(uscc(7), "established", "\"2020-02-29\"");
    co_await l.profile(uscc(7), "region_street", "\"310117001\"");
    co_await l.profile(uscc(7), "org_form", "\"company\"");
    co_await l.profile(uscc(7), "park", "\"none\"");
    co_await l.profiles_folded();
    co_await l.item("JOBS", "p.established > timestamp(\"2019-01-01T00:00:00+08:00\")", "100 * p.insured_employees");
    l.start_matcher();
    co_await l.campaign("c3", of_rule("p.size_class == \"small\""), "JOBS");
    co_await l.until_decided(3);

    const int partition = enterprise::partition_of(uscc(7), Launch::partitions);
    const auto batch = co_await l.log.read("intents", partition, 0, log::ReadLimits());
    const auto block = contracts::read_intents_decided(batch->records.front()->value);
    EXPECT_EQ(block->header().items.front().id, "JOBS");
    EXPECT_EQ(block->header().items.front().rule_hash, std::string(64, 'a'));
    EXPECT_EQ(block->header().decided_at, l.now);
    EXPECT_EQ(block->header().profile_position, 7U);
    const contracts::DecidedFact& fact = block->facts().front();
    EXPECT_EQ(fact.uscc, uscc(7));
    EXPECT_EQ(fact.facets.section, "C");
    EXPECT_EQ(fact.facets.size_class, "small");
    EXPECT_EQ(fact.facets.street, "310117001");
    EXPECT_EQ(fact.facets.park, "none");
    EXPECT_EQ(fact.facets.legal_form, "company");
    EXPECT_EQ(fact.items.front().verdict, delivery::Verdict::eligible);
    EXPECT_EQ(fact.items.front().benefit, 1'200);
    const std::string values = block->values_json(0);
    for (const char* read : {"\"established\":\"2020-02-29\"", "\"size_class\":\"small\"", "\"insured_employees\":12"})
      EXPECT_NE(values.find(read), std::string::npos) << values;
    EXPECT_EQ(values.find("park"), std::string::npos) << "no rule reads it";
  };
  launch.run(body(launch));
}

TEST(Matcher, DecidesThePackagesItemsForAnEligibleAudience) {
  Launch launch;
  const auto body = [](Launch& l) -> asio::awaitable<void> {
    co_await thirds(l, 60);
    co_await l.item("SMALL", "p.size_class == \"small\"");
    co_await l.item("LARGE", "p.size_class == \"large\"");
    l.start_matcher();
    Audience any{EligibleAudience()};
    co_await l.campaign("c1", any, "SMALL LARGE");
    EligibleAudience each;
    each.quantifier = campaign::Quantifier::all;
    Audience all{each};
    co_await l.campaign("c2", all, "SMALL LARGE");
    co_await l.until_decided(1);
    co_await l.until_decided(2);
    const auto first = co_await l.audience(1);
    const auto second = co_await l.audience(2);
    EXPECT_EQ(*first, 40U);
    EXPECT_EQ(*second, 0U);
  };
  launch.run(body(launch));
}

TEST(Matcher, AsksOnlyTheEnterprisesOfAListKnownOrNot) {
  Launch launch;
  const auto body = [](Launch& l) -> asio::awaitable<void> {
    co_await thirds(l, 300);
    co_await l.item("ANY", "p.size_class == \"small\"");
    l.start_matcher();
    Audience list{ListAudience({uscc(0), uscc(1), uscc(5'000)})};
    co_await l.campaign("c1", list, "ANY");
    co_await l.until_decided(1);
    const std::set<enterprise::Uscc> listed{uscc(0), uscc(1), uscc(5'000)};
    expect_each_once(co_await l.decided(1), listed);
    EXPECT_EQ(l.matcher_metrics().looked_at.value(), 3U);

    Audience joined{JoinedAudience{{list, of_rule("p.size_class == \"small\"")}}};
    co_await l.campaign("c2", joined, "ANY");
    co_await l.until_decided(2);
    const std::set<enterprise::Uscc> small{uscc(0)};
    expect_each_once(co_await l.decided(2), small);
  };
  launch.run(body(launch));
}

TEST(Matcher, DecidesInTheOrderOfTheHashesSoThatEachBlockCoversARangeOfThem) {
  Launch launch;
  const auto body = [](Launch& l) -> asio::awaitable<void> {
    co_await thirds(l, 300);
    co_await l.item("ANY", "p.size_class == \"small\"");
    std::vector<std::vector<std::uint64_t>> hashes(Launch::partitions);
    l.log.sees = [&hashes](const log::NewRecord& record) {
      if (record.event.type != contracts::IntentsWriter::type) return;
      const auto block = contracts::read_intents_decided(record.value);
      for (const contracts::DecidedFact& fact : block->facts())
        hashes[static_cast<std::size_t>(record.partition)].push_back(enterprise::hash_of(fact.uscc) >> 32U);
    };
    l.start_matcher();
    std::vector<enterprise::Uscc> list;
    for (int i = 0; i < 150; ++i) list.push_back(uscc(i * 2));
    for (int number = 1; number <= 2; ++number) {
      Audience audience = number == 1 ? of_rule("p.size_class == \"small\"") : Audience{ListAudience(list)};
      co_await l.campaign("c" + std::to_string(number), std::move(audience), "ANY");
      co_await l.until_decided(static_cast<delivery::CampaignNumber>(number));
      for (std::vector<std::uint64_t>& of_partition : hashes) {
        EXPECT_GT(of_partition.size(), 30U);
        EXPECT_TRUE(std::ranges::is_sorted(of_partition));
        of_partition.clear();
      }
    }
    l.log.sees = nullptr;
  };
  launch.run(body(launch));
}

TEST(Matcher, MakesBlocksOfFewerIntentsWhereThePackageHasManyItems) {
  Launch launch;
  launch.block_decisions = 12;
  const auto body = [](Launch& l) -> asio::awaitable<void> {
    co_await thirds(l, 90);
    for (const char* const id : {"A", "B", "C"}) co_await l.item(id, "p.size_class == \"small\"");
    std::size_t most = 0;
    watch_blocks(l, most);
    l.start_matcher();
    co_await l.campaign("c1", of_items(), "A B C");
    co_await l.until_decided(1);
    l.log.sees = nullptr;
    EXPECT_EQ(most, 4U);
    expect_each_once(co_await l.decided(1), every_third(90));
  };
  launch.run(body(launch));
}

TEST(Matcher, EndsABlockWhoseEvidenceIsAsMuchAsARecordCanCarry) {
  Launch launch(1'000);
  launch.block_evidence = 1;
  const auto body = [](Launch& l) -> asio::awaitable<void> {
    co_await thirds(l, 300);
    co_await l.item("A", "p.size_class == \"small\"");
    std::size_t most = 0;
    watch_blocks(l, most);
    l.start_matcher();
    co_await l.campaign("c1", of_items(), "A");
    co_await l.until_decided(1);
    l.log.sees = nullptr;
    EXPECT_LE(most, 16U);
    expect_each_once(co_await l.decided(1), every_third(300));
  };
  launch.run(body(launch));
}

TEST(Matcher, HasNothingToDecideInAPartitionThatItGaveUp) {
  Launch launch;
  const auto body = [](Launch& l) -> asio::awaitable<void> {
    co_await l.item("A", "true");
    l.start_matcher();
    co_await l.campaign("c1", of_rule("true"), "A");
    co_await l.until_decided(1);
    co_await l.campaign("c2", of_rule("true"), "A");
    co_await l.move("c2", campaign::State::paused);
    const observe::Gauge& deciding = matcher::Metrics(l.metrics, Launch::partitions).deciding;
    while (deciding.value() != 2) co_await l.sleep(std::chrono::milliseconds(1));
    co_await l.stop();
    EXPECT_EQ(deciding.value(), 0);
  };
  launch.run(body(launch));
}

TEST(Matcher, DoesNotPushWhatWasAppliedForButAnItemThatWasRejected) {
  Launch launch;
  const auto body = [](Launch& l) -> asio::awaitable<void> {
    co_await thirds(l, 9);
    co_await l.item("A", "p.size_class == \"small\"");
    co_await l.item("B", "p.size_class == \"small\"");
    co_await l.outcome(uscc(0), "A", delivery::OutcomeType::applied);
    co_await l.outcome(uscc(0), "B", delivery::OutcomeType::paid);
    co_await l.outcome(uscc(3), "A", delivery::OutcomeType::granted);  // B was never applied for
    co_await l.outcome(uscc(6), "A", delivery::OutcomeType::applied);
    co_await l.outcome(uscc(6), "B", delivery::OutcomeType::applied);
    l.now += std::chrono::hours(1);
    co_await l.outcome(uscc(6), "B", delivery::OutcomeType::rejected);
    l.start_matcher();
    co_await l.campaign("c1", of_rule("p.size_class == \"small\""), "A B");
    co_await l.until_decided(1);
    const auto totals = co_await l.totals(1);
    EXPECT_EQ(totals.campaign.decided, 3);
    EXPECT_EQ(with_reason(totals.campaign, Reason::already_applied), 1);
    EXPECT_EQ(in_state(totals.campaign, State::matched), 2);
    const auto ledger = co_await l.deliveries().ledger(uscc(0));
    EXPECT_EQ(ledger->intents.front().status().reason, Reason::already_applied);
  };
  launch.run(body(launch));
}

TEST(Matcher, SuppressesEveryIntentOnceAnItemIsWithdrawn) {
  Launch launch;
  const auto body = [](Launch& l) -> asio::awaitable<void> {
    co_await thirds(l, 30);
    co_await l.item("A", "p.size_class == \"small\"");
    co_await l.withdraw("A");
    l.start_matcher();
    co_await l.campaign("c1", of_rule("p.size_class == \"small\""), "A");
    co_await l.until_decided(1);
    const auto totals = co_await l.totals(1);
    EXPECT_EQ(with_reason(totals.campaign, Reason::item_withdrawn), 10);
    EXPECT_EQ(totals.campaign.decided, 10);
  };
  launch.run(body(launch));
}

TEST(Matcher, SuppressesForAWithdrawnItemOnlyThoseForWhomNothingElseIsMeant) {
  Launch launch;
  const auto body = [](Launch& l) -> asio::awaitable<void> {
    co_await thirds(l, 60);
    co_await l.item("SMALL", "p.size_class == \"small\"");
    co_await l.item("BOTH", "p.size_class in [\"small\", \"large\"]");
    co_await l.withdraw("BOTH");
    l.start_matcher();
    Audience any{EligibleAudience()};
    co_await l.campaign("c1", any, "SMALL BOTH");
    co_await l.campaign("c2", of_rule("p.org_form == \"company\""), "SMALL BOTH");
    co_await l.until_decided(1);
    co_await l.until_decided(2);
    const auto totals = co_await l.totals(1);
    EXPECT_EQ(with_reason(totals.campaign, Reason::item_withdrawn), 20);
    EXPECT_EQ(in_state(totals.campaign, State::matched), 20);
    const auto by_rule = co_await l.totals(2);
    EXPECT_EQ(in_state(by_rule.campaign, State::matched), 20) << "in for no item's sake";
  };
  launch.run(body(launch));
}

TEST(Matcher, DecidesNothingOfAPausedCampaignOrOfOneThatIsPastItsEnd) {
  Launch launch;
  const auto body = [](Launch& l) -> asio::awaitable<void> {
    co_await thirds(l, 600);
    co_await l.item("A", "p.size_class == \"small\"");
    std::size_t blocks = 0;
    l.log.sees = [&blocks](const log::NewRecord& record) { blocks += record.topic == "intents" ? 1 : 0; };
    l.start_matcher();
    co_await l.campaign("c1", of_rule("p.size_class == \"small\""), "A");
    while (blocks < 4) co_await l.sleep(std::chrono::milliseconds(1));
    co_await l.move("c1", campaign::State::paused);
    co_await l.sleep(std::chrono::milliseconds(100));
    const std::size_t paused_at = blocks;
    EXPECT_LT(paused_at, 20U);
    co_await l.sleep(std::chrono::milliseconds(300));
    EXPECT_EQ(blocks, paused_at);
    const auto while_paused = co_await l.audience(1);
    EXPECT_FALSE(while_paused);

    co_await l.move("c1", campaign::State::running);
    co_await l.until_decided(1);
    expect_each_once(co_await l.decided(1), every_third(600));

    l.now += std::chrono::hours(24 * 31);  // nobody has expired it yet
    co_await l.campaign("c3", of_rule("true"), "A");
    l.now += std::chrono::hours(24 * 31);
    const std::size_t before = blocks;
    co_await l.sleep(std::chrono::milliseconds(200));
    EXPECT_LE(blocks, before + 2);
    l.log.sees = nullptr;
  };
  launch.run(body(launch));
}

/// Whoever of the 300 was not decided when c1 ended is closed with it; nothing is delivered any more.
asio::awaitable<void> expect_closed_with_the_end(Launch& l, State closed) {
  co_await l.until_over(1);
  expect_each_once(co_await l.decided(1), every_third(900));
  const auto totals = co_await l.totals(1);
  EXPECT_EQ(totals.campaign.decided, 300);
  EXPECT_EQ(in_state(totals.campaign, State::delivered) + in_state(totals.campaign, closed), 300);
  EXPECT_GT(in_state(totals.campaign, closed), 0);
  EXPECT_TRUE(effect::broken_invariants(totals.campaign).empty());
  const auto announced = co_await l.audience(1);
  EXPECT_EQ(*announced, 300U);
}

TEST(Matcher, DecidesTheRestOfACampaignThatEndsMeanwhileAndDeliversNothingMore) {
  for (const campaign::State end : {campaign::State::cancelled, campaign::State::expired, campaign::State::failed}) {
    Launch launch;
    const auto body = [end](Launch& l) -> asio::awaitable<void> {
      co_await thirds(l, 900);
      co_await l.item("A", "p.size_class == \"small\"");
      std::size_t blocks = 0;
      bool over = false, delivered_late = false;
      l.log.sees = [&](const log::NewRecord& record) {
        blocks += record.topic == "intents" ? 1 : 0;
        delivered_late = delivered_late || (over && record.topic == "receipts" && record.value.find("delivered") != std::string::npos);
      };
      l.start();
      co_await l.campaign("c1", of_rule("p.size_class == \"small\""), "A");
      while (blocks < 6) co_await l.sleep(std::chrono::milliseconds(1));
      if (end == campaign::State::failed) co_await l.move("c1", campaign::State::paused);
      if (end == campaign::State::expired) l.now += std::chrono::hours(24 * 31);
      co_await l.move("c1", end);
      over = true;
      co_await expect_closed_with_the_end(l, end == campaign::State::expired ? State::expired : State::cancelled);
      EXPECT_FALSE(delivered_late);
      l.log.sees = nullptr;

      // Nobody joins later, in another life or with the next change of the catalogue.
      co_await l.cut_off();
      co_await l.profile(uscc(2'000), "size_class", "\"small\"");
      co_await l.profiles_folded();
      l.start();
      co_await l.campaign("c2", of_rule("true"), "A");
      co_await l.until_decided(2);
      expect_each_once(co_await l.decided(1), every_third(900));
    };
    launch.run(body(launch), std::chrono::seconds(60));
  }
}

TEST(Matcher, DecidesTheRestOfAnEndedCampaignOnceWhateverIsCutOff) {
  std::mt19937 random(20'261'123);
  for (int round = 0; round < 4; ++round) {
    Launch launch;
    const auto body = [&random](Launch& l) -> asio::awaitable<void> {
      co_await thirds(l, 900);
      co_await l.item("A", "p.size_class == \"small\"");
      l.log.loses = [&random](const log::NewRecord& record) { return record.topic == "intents" && random() % 12 == 0; };
      co_await l.campaign("c1", of_rule("p.size_class == \"small\""), "A");
      for (int life = 0; life < 12; ++life) {
        l.start();
        co_await l.sleep(std::chrono::milliseconds(random() % 12));
        if (life == 2) co_await l.move("c1", campaign::State::cancelled);
        co_await l.cut_off();
      }
      l.log.loses = nullptr;
      l.now += std::chrono::hours(48);
      l.start();
      co_await expect_closed_with_the_end(l, State::cancelled);
    };
    launch.run(body(launch), std::chrono::seconds(60));
  }
}

TEST(Matcher, LetsEverybodyJoinWhomTheLogHoldsAtTheStart) {
  Launch launch;
  const auto body = [](Launch& l) -> asio::awaitable<void> {
    co_await thirds(l, 30);
    co_await l.item("A", "p.size_class == \"small\"");
    l.start_matcher();
    l.profiles_log.late = true;
    for (int i = 30; i < 60; ++i) co_await l.profile(uscc(i), "size_class", i % 3 == 0 ? "\"small\"" : "\"large\"");
    co_await l.campaign("c1", of_rule("p.size_class == \"small\""), "A");
    co_await l.sleep(std::chrono::milliseconds(100));
    l.profiles_log.late = false;
    co_await l.until_decided(1);
    expect_each_once(co_await l.decided(1), every_third(60));
  };
  launch.run(body(launch));
}

TEST(Matcher, LetsNobodyJoinWhoIsHeardOfAfterTheStart) {
  Launch launch;
  const auto body = [](Launch& l) -> asio::awaitable<void> {
    co_await thirds(l, 300);
    co_await l.item("A", "p.size_class == \"small\"");
    std::size_t blocks = 0;
    l.log.sees = [&blocks](const log::NewRecord& record) { blocks += record.topic == "intents" ? 1 : 0; };
    l.start_matcher();
    co_await l.campaign("c1", of_rule("p.size_class == \"small\""), "A");
    while (blocks < Launch::partitions) co_await l.sleep(std::chrono::milliseconds(1));
    l.log.sees = nullptr;
    co_await l.move("c1", campaign::State::paused);
    for (int i = 1'000; i < 1'010; ++i) co_await l.profile(uscc(i), "size_class", "\"small\"");
    co_await l.profiles_folded();
    co_await l.move("c1", campaign::State::running);
    co_await l.until_decided(1);
    expect_each_once(co_await l.decided(1), every_third(300));
  };
  launch.run(body(launch));
}

TEST(Matcher, DecidesUrgentCampaignsBeforeBulkOnesThatBeganEarlier) {
  Launch launch;
  const auto body = [](Launch& l) -> asio::awaitable<void> {
    co_await thirds(l, 3'000);
    co_await l.item("A", "p.size_class == \"small\"");
    std::vector<std::string> order;
    l.log.sees = [&order](const log::NewRecord& record) {
      if (record.topic.starts_with("intents")) order.push_back(record.topic + " " + std::string(record.event.type));
    };
    l.start_matcher();
    co_await l.campaign("c1", of_rule("p.size_class == \"small\""), "A", Lane::bulk);
    while (order.size() < 6) co_await l.sleep(std::chrono::milliseconds(1));
    co_await l.campaign("c2", of_rule("p.size_class == \"small\""), "A", Lane::urgent);
    co_await l.until_decided(2);
    const auto bulk = co_await l.audience(1);
    EXPECT_FALSE(bulk) << "the urgent one came in the middle";
    co_await l.until_decided(1);
    expect_each_once(co_await l.decided(1), every_third(3'000));
    expect_each_once(co_await l.decided(2), every_third(3'000));

    // From its first block on, the urgent one is not interrupted by more than the blocks in hand.
    const auto first = std::ranges::find_if(order, [](const std::string& each) { return each.starts_with("intents-urgent"); });
    const auto last = std::ranges::find_if(order.rbegin(), order.rend(), [](const std::string& each) {
                        return each == "intents-urgent " + std::string(contracts::IntentsWriter::type);
                      }).base();
    const auto between = std::count_if(first, last, [](const std::string& each) { return each.starts_with("intents "); });
    EXPECT_LE(between, std::distance(first, last) / 2);
    l.log.sees = nullptr;
  };
  launch.run(body(launch));
}

TEST(Matcher, TakesProfilesOverIntoItsColumnsBeforeAnyCampaignIsLaunched) {
  Launch launch;
  const auto body = [](Launch& l) -> asio::awaitable<void> {
    co_await thirds(l, 300);
    EXPECT_EQ(l.columns().memory(), 0U);
    l.start_matcher();
    for (int attempt = 0; attempt < 1'000 && l.columns().memory() == 0; ++attempt) co_await l.sleep(std::chrono::milliseconds(5));
    EXPECT_GT(l.columns().memory(), 0U);
  };
  launch.run(body(launch));
}

TEST(Matcher, TakesTurnsBetweenCampaignsOfOneLane) {
  Launch launch;
  const auto body = [](Launch& l) -> asio::awaitable<void> {
    co_await thirds(l, 1'500);
    co_await l.item("A", "p.size_class == \"small\"");
    std::vector<char> order;
    co_await l.campaign("c1", of_rule("p.size_class == \"small\""), "A", Lane::bulk);
    co_await l.campaign("c2", of_rule("p.size_class == \"small\""), "A", Lane::bulk);
    l.log.sees = [&order](const log::NewRecord& record) {
      if (record.event.type == contracts::IntentsWriter::type) order.push_back(record.event.id[1]);
    };
    l.start_matcher();
    co_await l.until_decided(1);
    co_await l.until_decided(2);
    const auto first_half = order.begin() + static_cast<std::ptrdiff_t>(order.size() / 2);
    const auto of_second = std::count(order.begin(), first_half, '2');
    EXPECT_GT(of_second, static_cast<std::ptrdiff_t>(order.size() / 8));
    EXPECT_LT(of_second, static_cast<std::ptrdiff_t>(order.size() * 3 / 8));
    l.log.sees = nullptr;
  };
  launch.run(body(launch));
}

TEST(Matcher, ReportsOnceWhatCannotBeDecided) {
  Launch launch;
  const auto body = [](Launch& l) -> asio::awaitable<void> {
    co_await thirds(l, 3);
    co_await l.item("A", "true");
    l.start_matcher();
    co_await l.campaign("c1", of_rule("p.no_such_thing == 1"), "A");
    co_await l.campaign("c2", of_rule("true"), "MISSING");
    co_await l.campaign("c3", of_rule("true"), "A");
    co_await l.until_decided(3);
    EXPECT_EQ(l.undecidable.size(), 2U);
    EXPECT_NE(l.undecidable["c1"].find("rule 0"), std::string::npos) << l.undecidable["c1"];
    EXPECT_NE(l.undecidable["c2"].find("MISSING"), std::string::npos);
  };
  launch.run(body(launch));
}

TEST(Matcher, DecidesOnceAlthoughRedisIsLostOnTheWay) {
  Launch launch;
  const auto body = [](Launch& l) -> asio::awaitable<void> {
    co_await thirds(l, 900);
    co_await l.item("A", "p.size_class == \"small\"");
    std::size_t blocks = 0;
    l.log.sees = [&blocks](const log::NewRecord& record) { blocks += record.topic == "intents" ? 1 : 0; };
    l.start();
    co_await l.campaign("c1", of_rule("p.size_class == \"small\""), "A");
    for (const std::size_t at : {4U, 12U}) {
      while (blocks < at) co_await l.sleep(std::chrono::milliseconds(1));
      l.lose_redis();
    }
    co_await l.until_over(1);
    expect_each_once(co_await l.decided(1), every_third(900));
    const auto totals = co_await l.totals(1);
    EXPECT_EQ(in_state(totals.campaign, State::delivered), 300);
    l.log.sees = nullptr;
  };
  launch.run(body(launch), std::chrono::seconds(60));
}

TEST(Matcher, DecidesOnceWhateverIsCutOffAndWhateverAcknowledgementIsLost) {
  std::mt19937 random(20'260'610);
  for (int round = 0; round < 6; ++round) {
    Launch launch;
    const auto body = [&random](Launch& l) -> asio::awaitable<void> {
      co_await thirds(l, 900);
      co_await l.item("A", "p.size_class == \"small\"");
      l.log.loses = [&random](const log::NewRecord& record) { return record.topic == "intents" && random() % 12 == 0; };
      co_await l.campaign("c1", of_rule("p.size_class == \"small\""), "A");
      for (int life = 0; life < 12; ++life) {
        l.start();
        co_await l.sleep(std::chrono::milliseconds(random() % 25));
        co_await l.cut_off();
      }
      l.log.loses = nullptr;
      l.start();
      co_await l.until_over(1);
      expect_each_once(co_await l.decided(1), every_third(900));
      const auto totals = co_await l.totals(1);
      EXPECT_EQ(totals.campaign.decided, 300);
      EXPECT_EQ(in_state(totals.campaign, State::delivered), 300);
      const auto announced = co_await l.audience(1);
      EXPECT_EQ(*announced, 300U);
    };
    launch.run(body(launch), std::chrono::seconds(60));
  }
}

}  // namespace
}  // namespace zhida::launch_test
