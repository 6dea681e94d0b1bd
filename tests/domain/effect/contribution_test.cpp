#include "domain/effect/contribution.hpp"

#include "domain/delivery/codec.hpp"
#include "domain/delivery/facts_of_one_enterprise.hpp"
#include "domain/effect/conversion.hpp"
#include "domain/effect/funnel.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>

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
  EXPECT_EQ(funnel_of(counters, 1).benefit.confirmed, 29'000) << "a grant excludes what was only estimated";
  EXPECT_EQ(funnel_of(counters, 1).benefit.estimated, 0);

  report(ledger, "B", OutcomeType::paid, monday + 72h, 29'000);
  report(ledger, "B", OutcomeType::recovered, monday + 96h, 9'000);
  EXPECT_EQ(funnel_of(contribution(ledger, some_headers()), 1).benefit.paid, 20'000);
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
