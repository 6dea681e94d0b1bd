#include "domain/effect/contribution.hpp"

#include "domain/delivery/codec.hpp"
#include "domain/delivery/facts_of_one_enterprise.hpp"
#include "domain/effect/conversion.hpp"
#include "domain/effect/funnel.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <span>
#include <variant>

namespace zhida::effect {
namespace {

using namespace std::chrono_literals;
using namespace delivery;
namespace facts = delivery::testing;
using facts::monday;

/// Campaigns 1–3, each with the items A and B of one exclusive group.
CampaignHeaders some_headers() {
  CampaignHeaders headers;
  for (CampaignNumber campaign = 1; campaign <= 3; ++campaign) {
    CampaignHeader header;
    header.campaign = campaign;
    header.items = {header_item("A", 1, "G", 30), header_item("B", 1, "G", 30)};
    headers.fold(header);
  }
  return headers;
}

Funnel funnel_of(const Counters& counters, CampaignNumber campaign, std::string_view item = {}) {
  Funnel funnel;
  for (const Counters::Entry& entry : counters.entries())
    if (entry.key.campaign == campaign && entry.key.hour == 0 && entry.key.item == (item.empty() ? 0 : hash_of(item)))
      funnel.add(entry.key.measure, entry.value);
  return funnel;
}

void decide(Ledger& ledger, CampaignNumber campaign, std::vector<ItemDecision> items) {
  IntentFact fact;
  fact.key.campaign = campaign;
  fact.place.offset = campaign;
  fact.decided_at = monday;
  fact.size = SizeBand::small;
  fact.street = 310117106;
  fact.items = items;
  apply(ledger, fact);
}

void receive(Ledger& ledger, CampaignNumber campaign, State state, Instant at, Reason reason = Reason::none) {
  ReceiptFact fact;
  fact.key.campaign = campaign;
  fact.status = {state, 0, reason, at, {}};
  apply(ledger, fact);
}

void engage(Ledger& ledger, CampaignNumber campaign, EngagementType type, Instant at, std::uint16_t part = 0, bool machine = false) {
  static std::uint64_t event = 0;
  EngagementFact fact;
  fact.key.campaign = campaign;
  fact.part = part;
  fact.type = type;
  fact.at = at;
  fact.event = ++event;
  fact.machine = machine;
  fact.logged_at = at;
  apply(ledger, fact);
}

void report(Ledger& ledger, std::string_view item, OutcomeType type, Instant at, std::optional<std::int64_t> fen = std::nullopt) {
  OutcomeFact fact;
  fact.id = ledger.outcomes.size() + 1;
  fact.item = hash_of(item);
  fact.type = type;
  fact.at = at;
  fact.amount_fen = fen;
  apply(ledger, fact);
}

const std::vector<ItemDecision> both_eligible{{Verdict::eligible, Window::open, 1000}, {Verdict::eligible, Window::open, 300}};

RC_GTEST_PROP(Contribution, DoesNotDependOnTheInterleaving, ()) {
  const CampaignHeaders headers = some_headers();
  const facts::Topics topics = facts::some_topics();
  Counters step_by_step;
  Ledger before;
  // A fold meets facts one by one and adds differences only.
  for (const auto& topic : topics.topics) {
    for (const auto& fact : topic) {
      contribute(step_by_step, before, headers, -1);
      facts::apply_fact(before, fact);
      contribute(step_by_step, before, headers, 1);
    }
  }
  const Counters at_once = contribution(facts::fold_interleaved(topics), headers);
  step_by_step.subtract(at_once);
  RC_ASSERT(step_by_step.entries().empty());
}

RC_GTEST_PROP(Contribution, WithoutOutcomesAFactChangesTheRowsOfItsCampaignOnly, ()) {
  const CampaignHeaders headers = some_headers();
  const facts::Topics topics = facts::some_topics();
  Counters step_by_step;
  Ledger ledger;
  for (const auto& topic : topics.topics)
    for (const auto& fact : topic) {
      if (std::holds_alternative<OutcomeFact>(fact)) continue;
      const CampaignNumber changing = std::visit(
          [](const auto& known) -> CampaignNumber {
            if constexpr (requires { known.key; }) return known.key.campaign;
            return 0;
          },
          fact);
      contribute_changing(step_by_step, ledger, headers, -1, std::span(&changing, 1));
      facts::apply_fact(ledger, fact);
      contribute_changing(step_by_step, ledger, headers, 1, std::span(&changing, 1));
    }
  step_by_step.subtract(contribution(ledger, headers));
  RC_ASSERT(step_by_step.entries().empty());
}

RC_GTEST_PROP(Contribution, KeepsTheInvariantsOfEveryCampaign, ()) {
  const CampaignHeaders headers = some_headers();
  Counters counters;
  for (int enterprise = 0; enterprise < 5; ++enterprise) contribute(counters, facts::fold_in_turn(facts::some_topics()), headers);
  for (CampaignNumber campaign = 1; campaign <= 3; ++campaign) {
    const auto broken = broken_invariants(funnel_of(counters, campaign));
    for (const std::string& sentence : broken) RC_LOG(sentence);
    RC_ASSERT(broken.empty());
  }
}

RC_GTEST_PROP(Contribution, HasCellsThatAddUpToTheTotals, ()) {
  const Counters counters = contribution(facts::fold_in_turn(facts::some_topics()), some_headers());
  std::map<std::tuple<CampaignNumber, std::uint64_t, Measure>, std::int64_t> cells;
  for (const Counters::Entry& entry : counters.entries())
    if (entry.key.hour != 0) cells[{entry.key.campaign, entry.key.item, entry.key.measure}] += entry.value;
  for (const auto& [key, sum] : cells) {
    CounterKey total;
    std::tie(total.campaign, total.item, total.measure) = key;
    RC_ASSERT(counters.value(total) == sum);
  }
}

RC_GTEST_PROP(Contribution, CountsMoneyForOneCampaignAndNeverMoreThanCame, ()) {
  const Ledger ledger = facts::fold_in_turn(facts::some_topics());
  const Counters counters = contribution(ledger, some_headers());
  std::int64_t paid_of_all = 0, granted_of_all = 0;
  for (const char* item : {"A", "B"}) {
    std::int64_t paid = 0, granted = 0;
    for (const OutcomeFact& outcome : ledger.outcomes) {
      if (outcome.item != hash_of(item)) continue;
      if (outcome.type == OutcomeType::paid) paid += outcome.amount_fen.value_or(0);
      if (outcome.type == OutcomeType::granted) granted += outcome.amount_fen.value_or(0);
    }
    BenefitSums sums;
    for (CampaignNumber campaign = 1; campaign <= 3; ++campaign) {
      const BenefitSums one = funnel_of(counters, campaign, item).benefit;
      RC_ASSERT(one.paid >= 0);
      sums.paid += one.paid;
      sums.confirmed += one.confirmed;
    }
    RC_ASSERT(sums.paid <= paid);
    RC_ASSERT(sums.confirmed <= granted);
    RC_ASSERT(sums.paid == funnel_of(counters, 0, item).benefit.paid);
    RC_ASSERT(sums.confirmed == funnel_of(counters, 0, item).benefit.confirmed);
    paid_of_all += paid;
    granted_of_all += granted;
  }
  BenefitSums sums;
  for (CampaignNumber campaign = 1; campaign <= 3; ++campaign) {
    sums.paid += funnel_of(counters, campaign).benefit.paid;
    sums.confirmed += funnel_of(counters, campaign).benefit.confirmed;
  }
  RC_ASSERT(sums.paid <= paid_of_all);
  RC_ASSERT(sums.confirmed <= granted_of_all);
}

TEST(Contribution, IsNothingBeforeTheIntentIsFolded) {
  Ledger ledger;
  receive(ledger, 1, State::delivered, monday);
  engage(ledger, 1, EngagementType::impression, monday);
  EXPECT_TRUE(contribution(ledger, some_headers()).entries().empty());
  decide(ledger, 1, both_eligible);
  EXPECT_EQ(funnel_of(contribution(ledger, some_headers()), 1).reached, 1);
}

TEST(Contribution, TellsPeopleFromMachinesAndTotalFromUnique) {
  Ledger ledger;
  decide(ledger, 1, both_eligible);
  receive(ledger, 1, State::delivered, monday + 1s);
  engage(ledger, 1, EngagementType::impression, monday + 1h, 0, true);
  EXPECT_EQ(funnel_of(contribution(ledger, some_headers()), 1).reached, 0);
  engage(ledger, 1, EngagementType::impression, monday + 2h);
  engage(ledger, 1, EngagementType::impression, monday + 3h);
  engage(ledger, 1, EngagementType::click, monday + 4h, 1);
  const Counters counters = contribution(ledger, some_headers());
  const Funnel whole = funnel_of(counters, 1), item = funnel_of(counters, 1, "A"), other = funnel_of(counters, 1, "B");
  EXPECT_EQ(whole.impressions, (Traffic{2, 1, 1}));
  EXPECT_EQ(whole.clicks, (Traffic{1, 1, 0}));
  EXPECT_EQ(whole.ctr(), 1.0);
  EXPECT_EQ(whole.reached, 1);
  EXPECT_EQ(item.clicks, (Traffic{1, 1, 0}));
  EXPECT_EQ(other.clicks, (Traffic{}));
  EXPECT_EQ(other.reached, 1) << "the package's card shows every item";
}

TEST(Contribution, CountsNothingBeforeTheDeliveryThatItFollows) {
  Ledger ledger;
  decide(ledger, 1, both_eligible);
  engage(ledger, 1, EngagementType::impression, monday + 1h);
  engage(ledger, 1, EngagementType::click, monday + 2h, 1);
  engage(ledger, 1, EngagementType::click, monday + 30h, 1);
  receive(ledger, 1, State::delivered, monday + 24h);
  const Counters counters = contribution(ledger, some_headers());
  std::map<Measure, std::vector<Hour>> hours;
  for (const Counters::Entry& entry : counters.entries())
    if (entry.key.campaign == 1 && entry.key.item == 0 && entry.key.hour != 0) hours[entry.key.measure].push_back(entry.key.hour);
  const Hour delivered = hour_of(monday + 24h);
  for (const Measure measure : {Measure::reached, Measure::impressions, Measure::impressions_unique, Measure::clicks_unique})
    EXPECT_EQ(hours[measure], std::vector<Hour>{delivered}) << name_of(measure);
  EXPECT_EQ(hours[Measure::clicks].size(), 2U);
  EXPECT_EQ(funnel_of(counters, 1).clicks, (Traffic{2, 1, 0}));
}

TEST(Contribution, LeavesOutOfReachWhoCouldNotBeAddressed) {
  Ledger ledger;
  decide(ledger, 1, both_eligible);
  receive(ledger, 1, State::suppressed, monday, Reason::already_applied);
  decide(ledger, 2, both_eligible);
  receive(ledger, 2, State::suppressed, monday, Reason::opted_out);
  const Counters counters = contribution(ledger, some_headers());
  EXPECT_EQ(funnel_of(counters, 1).reach_base, 0);
  EXPECT_EQ(funnel_of(counters, 2).reach_base, 1);
  EXPECT_EQ(funnel_of(counters, 2).by_reason[static_cast<std::size_t>(Reason::opted_out)], 1);
}

TEST(Contribution, CountsNothingOfAnItemThatWasLeftOutOfTheDelivery) {
  Ledger ledger;
  decide(ledger, 1, both_eligible);
  const std::vector<std::uint16_t> first_is_gone{1};
  ReceiptFact delivered;
  delivered.key.campaign = 1;
  delivered.status = {State::delivered, 0, Reason::none, monday + 1h, {}};
  delivered.left_out = first_is_gone;
  apply(ledger, delivered);
  engage(ledger, 1, EngagementType::impression, monday + 2h);
  engage(ledger, 1, EngagementType::click, monday + 2h, 1);
  report(ledger, "A", OutcomeType::applied, monday + 24h);
  report(ledger, "A", OutcomeType::paid, monday + 48h, 100'000);
  const Counters counters = contribution(ledger, some_headers());
  const Funnel gone = funnel_of(counters, 1, "A"), left = funnel_of(counters, 1, "B"), whole = funnel_of(counters, 1);
  EXPECT_EQ(gone.delivered, 0);
  EXPECT_EQ(gone.reached, 0);
  EXPECT_EQ(gone.clicks.total, 0);
  EXPECT_EQ(gone.clicks.unique, 0);
  EXPECT_EQ(gone.conversions, 0);
  EXPECT_EQ(gone.benefit.estimated + gone.benefit.paid, 0);
  EXPECT_EQ(left.delivered, 1);
  EXPECT_EQ(left.benefit.estimated, 30'000);
  EXPECT_EQ(whole.benefit.estimated, 30'000);
  EXPECT_EQ(whole.benefit.paid, 0);
  EXPECT_EQ(whole.clicks.total, 1) << "somebody clicked in the message all the same";
}

TEST(Contribution, CountsOnlyTheLargestOfExcludingItemsAndEachBenefitOnce) {
  Ledger ledger;
  decide(ledger, 1, both_eligible);
  decide(ledger, 2, both_eligible);
  for (const CampaignNumber campaign : {1U, 2U}) {
    receive(ledger, campaign, State::delivered, monday + 1s);
    engage(ledger, campaign, EngagementType::seen, monday + 1h);
  }
  Counters counters = contribution(ledger, some_headers());
  EXPECT_EQ(funnel_of(counters, 1).benefit.estimated, 100'000);
  EXPECT_EQ(funnel_of(counters, 1, "B").benefit.estimated, 30'000);
  EXPECT_EQ(funnel_of(counters, 0).benefit.estimated, 100'000) << "two campaigns, one benefit";

  report(ledger, "B", OutcomeType::granted, monday + 48h, 29'000);
  counters = contribution(ledger, some_headers());
  EXPECT_EQ(funnel_of(counters, 2).benefit, (BenefitSums{0, 0, 29'000, 0, 0})) << "a grant excludes what was only estimated";
  EXPECT_EQ(funnel_of(counters, 1).benefit, BenefitSums{}) << "also where it is another campaign's";

  report(ledger, "B", OutcomeType::paid, monday + 72h, 29'000);
  report(ledger, "B", OutcomeType::recovered, monday + 96h, 9'000);
  EXPECT_EQ(funnel_of(contribution(ledger, some_headers()), 2).benefit.paid, 20'000);
}

/// Campaigns 1 and 2, delivered an hour apart and both seen.
Ledger reached_twice() {
  Ledger ledger;
  for (const CampaignNumber campaign : {1U, 2U}) {
    decide(ledger, campaign, both_eligible);
    receive(ledger, campaign, State::delivered, monday + 1h * campaign);
    engage(ledger, campaign, EngagementType::seen, monday + 5h);
  }
  return ledger;
}

TEST(Contribution, CreditsMoneyToTheCampaignLastClickedElseLastDelivered) {
  Ledger ledger = reached_twice();
  report(ledger, "A", OutcomeType::paid, monday + 48h, 70'000);
  Counters counters = contribution(ledger, some_headers());
  EXPECT_EQ(funnel_of(counters, 1, "A").benefit, BenefitSums{}) << "neither its money nor an estimate any more";
  EXPECT_EQ(funnel_of(counters, 2, "A").benefit.paid, 70'000);
  EXPECT_EQ(funnel_of(counters, 0, "A").benefit.paid, 70'000);
  engage(ledger, 1, EngagementType::click, monday + 24h);
  counters = contribution(ledger, some_headers());
  EXPECT_EQ(funnel_of(counters, 1, "A").benefit.paid, 70'000);
  EXPECT_EQ(funnel_of(counters, 2, "A").benefit, BenefitSums{});
}

TEST(Contribution, CreditsAPaymentToTheCampaignOfItsApplication) {
  Ledger ledger = reached_twice();
  report(ledger, "A", OutcomeType::applied, monday + 90min);
  report(ledger, "A", OutcomeType::granted, monday + 24h, 70'000);
  EXPECT_EQ(funnel_of(contribution(ledger, some_headers()), 1, "A").benefit.confirmed, 70'000) << "the second came after the application";
  report(ledger, "A", OutcomeType::paid, monday + 48h, 70'000);
  report(ledger, "A", OutcomeType::applied, monday + 72h);
  report(ledger, "A", OutcomeType::granted, monday + 96h, 50'000);
  report(ledger, "A", OutcomeType::paid, monday + 97h, 50'000);
  const Counters counters = contribution(ledger, some_headers());
  EXPECT_EQ(funnel_of(counters, 1, "A").benefit.paid, 70'000);
  EXPECT_EQ(funnel_of(counters, 2, "A").benefit.paid, 50'000) << "another application";
  EXPECT_EQ(funnel_of(counters, 0, "A").benefit.paid, 120'000);
}

TEST(Contribution, ShowsNothingLeftOfMoneyThatWentBackAndNoEstimate) {
  for (const OutcomeType back : {OutcomeType::returned, OutcomeType::recovered}) {
    Ledger ledger = reached_twice();
    report(ledger, "A", OutcomeType::paid, monday + 48h, 70'000);
    report(ledger, "A", back, monday + 72h, 90'000);
    const Counters counters = contribution(ledger, some_headers());
    for (const CampaignNumber campaign : {0U, 1U, 2U}) EXPECT_EQ(funnel_of(counters, campaign, "A").benefit, BenefitSums{}) << campaign;
    EXPECT_EQ(funnel_of(counters, 2).benefit, (BenefitSums{})) << "B, which A excludes, is not what it got";
  }
  for (const auto& [back, confirmed] : {std::pair(OutcomeType::returned, 70'000), std::pair(OutcomeType::recovered, 0)}) {
    Ledger ledger = reached_twice();
    report(ledger, "A", OutcomeType::granted, monday + 24h, 70'000);
    report(ledger, "A", OutcomeType::paid, monday + 48h, 70'000);
    report(ledger, "A", back, monday + 72h, 70'000);
    const BenefitSums left = funnel_of(contribution(ledger, some_headers()), 2, "A").benefit;
    EXPECT_EQ(left, (BenefitSums{0, 0, confirmed, 0, 0})) << "what came back to the payer is granted still, what was recovered is gone";
    report(ledger, "A", OutcomeType::paid, monday + 96h, 70'000);
    EXPECT_EQ(funnel_of(contribution(ledger, some_headers()), 2, "A").benefit.paid, 70'000);
  }
}

TEST(Contribution, CountsUnknownAmountsApart) {
  Ledger ledger;
  decide(ledger, 1, {{Verdict::eligible, Window::open, std::nullopt}, {Verdict::manual, Window::open, 5}});
  receive(ledger, 1, State::delivered, monday + 1s);
  engage(ledger, 1, EngagementType::seen, monday + 1h);
  const Counters counters = contribution(ledger, some_headers());
  EXPECT_EQ(funnel_of(counters, 1, "A").benefit, (BenefitSums{0, 0, 0, 0, 1}));
  EXPECT_EQ(funnel_of(counters, 1, "B").benefit, (BenefitSums{0, 500, 0, 0, 0}));
}

TEST(Conversions, AreCreditedToTheCampaignLastClicked) {
  Ledger ledger;
  for (const CampaignNumber campaign : {1U, 2U, 3U}) {
    decide(ledger, campaign, both_eligible);
    receive(ledger, campaign, State::delivered, monday + 1h * campaign);
  }
  engage(ledger, 2, EngagementType::click, monday + 24h);
  engage(ledger, 1, EngagementType::click, monday + 25h);
  engage(ledger, 1, EngagementType::click, monday + 72h, 2);
  report(ledger, "A", OutcomeType::applied, monday + 24h + 1min);
  const std::vector<Conversion> found = conversions(ledger, some_headers());
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].campaign, 2U) << "clicks after the application do not count";
  report(ledger, "A", OutcomeType::granted, monday + 96h);
  EXPECT_EQ(conversions(ledger, some_headers()).size(), 1U) << "the grant belongs to the same application";
}

TEST(Conversions, FallToTheLastDeliveryWithoutClicks) {
  Ledger ledger;
  for (const CampaignNumber campaign : {1U, 2U}) {
    decide(ledger, campaign, both_eligible);
    receive(ledger, campaign, State::delivered, monday - 1h * campaign);
  }
  report(ledger, "B", OutcomeType::granted, monday + 1h);
  ASSERT_EQ(conversions(ledger, some_headers()).size(), 1U);
  EXPECT_EQ(conversions(ledger, some_headers())[0].campaign, 1U);
}

TEST(Conversions, EndAfterTheItemsDays) {
  for (const auto& [after, expected] : {std::pair{24h * 30, 1U}, {24h * 30 + 1h, 0U}, {-1h, 0U}}) {
    Ledger ledger;
    decide(ledger, 1, both_eligible);
    receive(ledger, 1, State::delivered, monday);
    report(ledger, "A", OutcomeType::applied, monday + after);
    EXPECT_EQ(conversions(ledger, some_headers()).size(), expected);
  }
}

TEST(Conversions, DoNotTakeTheGrantOfAnEarlierApplication) {
  Ledger ledger;
  decide(ledger, 1, both_eligible);
  receive(ledger, 1, State::delivered, monday);
  report(ledger, "A", OutcomeType::applied, monday - 24h);
  report(ledger, "A", OutcomeType::granted, monday + 24h);
  EXPECT_TRUE(conversions(ledger, some_headers()).empty());
}

}  // namespace
}  // namespace zhida::effect
