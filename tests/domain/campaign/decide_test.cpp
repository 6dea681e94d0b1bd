#include "domain/campaign/decide.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <set>
#include <string>

namespace zhida::campaign {
namespace {

using domain::Instant;
using std::chrono::hours;

const Instant now = *domain::parse_instant("2026-11-23T10:00:00+08:00");

Facts good_facts(std::string hash = "h1") {
  Facts facts;
  facts.package = {"P", "礼包", policy::PackageKind::gift, "https://a.gov.cn/", {{policy::ContentType::item, "A", 1, "r"}}};
  facts.content_hash = std::move(hash);
  facts.items = {{"A", policy::ItemState::published, policy::WindowState::open, policy::Mode::apply}};
  return facts;
}

Plan good_plan() {
  Plan plan;
  plan.title = "投放";
  plan.package = "P";
  plan.audience = Audience{RuleAudience{"true"}};
  plan.valid_until = *domain::parse_date("2026-12-31");
  return plan;
}

Campaign in_state(State state) {
  Campaign campaign = draft(good_plan(), "author", good_facts());
  campaign.state = state;
  if (state == State::scheduled) campaign.plan.schedule.at = now + hours(1);
  return campaign;
}

std::string outcome(const Campaign& campaign, const Command& command, std::string_view actor = "other", Instant at = now,
                    const Facts& facts = good_facts()) {
  const auto result = decide(campaign, command, actor, at, facts);
  return result ? std::string(domain::name_of(result->state)) : result.error().code;
}

TEST(CampaignStates, RunThroughToCompletion) {
  Campaign campaign = draft(good_plan(), "author", good_facts());
  EXPECT_EQ(campaign.state, State::draft);
  EXPECT_EQ(campaign.content_hash, "h1");
  const auto step = [&](const Command& command, std::string_view actor) {
    campaign = decide(campaign, command, actor, now, good_facts()).value();
  };
  step(Submit{}, "author");
  step(Approve{"h1"}, "approver");
  EXPECT_EQ(campaign.state, State::approved);
  EXPECT_EQ(campaign.approved_by, "approver");
  step(Launch{}, "author");
  EXPECT_EQ(campaign.started_at, now);
  step(Pause{}, "author");
  EXPECT_EQ(campaign.state, State::paused);
  step(Resume{}, "author");
  step(Complete{}, "");
  EXPECT_EQ(campaign.state, State::completed);
  EXPECT_EQ(campaign.ended_at, now);
}

TEST(CampaignStates, AreExactlyTheTableOfTheDesign) {
  // Command → states that take it → the state that follows.
  const std::map<std::string, std::pair<Command, std::map<State, State>>> table = {
      {"edit",
       {Edit{good_plan()},
        {{State::draft, State::draft},
         {State::in_review, State::draft},
         {State::approved, State::draft},
         {State::scheduled, State::draft}}}},
      {"submit", {Submit{}, {{State::draft, State::in_review}}}},
      {"approve", {Approve{"h1"}, {{State::in_review, State::approved}}}},
      {"reject", {Reject{"no"}, {{State::in_review, State::rejected}}}},
      {"launch", {Launch{}, {{State::approved, State::running}}}},
      {"pause", {Pause{}, {{State::running, State::paused}}}},
      {"resume", {Resume{}, {{State::paused, State::running}}}},
      {"cancel",
       {Cancel{""},
        {{State::draft, State::cancelled},
         {State::in_review, State::cancelled},
         {State::approved, State::cancelled},
         {State::scheduled, State::cancelled},
         {State::running, State::cancelled},
         {State::paused, State::cancelled}}}},
      {"complete", {Complete{}, {{State::running, State::completed}}}},
      {"fail", {Fail{"why"}, {{State::scheduled, State::failed}, {State::running, State::failed}, {State::paused, State::failed}}}},
      {"content_changed",
       {ContentChanged{"new version"},
        {{State::draft, State::draft},
         {State::in_review, State::draft},
         {State::approved, State::draft},
         {State::scheduled, State::draft}}}},
  };
  for (const auto& [name, row] : table)
    for (int i = 0; i <= static_cast<int>(State::failed); ++i) {
      const auto state = static_cast<State>(i);
      const auto follows = row.second.find(state);
      const std::string expected = follows == row.second.end() ? "state" : std::string(domain::name_of(follows->second));
      EXPECT_EQ(outcome(in_state(state), row.first), expected) << name << " in " << domain::name_of(state);
      EXPECT_EQ(name_of(row.first), name);
    }
}

TEST(CampaignApproval, NeedsAnotherKeyThanAnyAuthors) {
  Campaign campaign = draft(good_plan(), "creator", good_facts());
  campaign = decide(campaign, Edit{good_plan()}, "editor", now, good_facts()).value();
  campaign = decide(campaign, Submit{}, "submitter", now, good_facts()).value();
  for (const char* author : {"creator", "editor", "submitter"}) {
    const auto refused = decide(campaign, Approve{"h1"}, author, now, good_facts());
    ASSERT_TRUE(refused.has_error());
    EXPECT_EQ(refused.error().kind, Refusal::Kind::forbidden) << author;
    EXPECT_EQ(refused.error().state, State::in_review);
  }
  EXPECT_EQ(outcome(campaign, Approve{"h1"}, "approver"), "approved");
}

TEST(CampaignApproval, BindsTheContent) {
  const Campaign campaign = in_state(State::in_review);
  EXPECT_EQ(outcome(campaign, Approve{"h0"}), "stale_content");
  EXPECT_EQ(outcome(campaign, Approve{""}), "stale_content");
  EXPECT_EQ(outcome(campaign, Approve{"h1"}, "other", now, good_facts("h2")), "stale_content") << "the package has changed meanwhile";
}

TEST(CampaignApproval, SchedulesWhatHasATime) {
  Campaign campaign = in_state(State::in_review);
  campaign.plan.schedule.at = now + hours(1);
  campaign = decide(campaign, Approve{"h1"}, "other", now, good_facts()).value();
  EXPECT_EQ(campaign.state, State::scheduled);
  EXPECT_EQ(outcome(campaign, Launch{}), "state") << "it starts by itself";
  EXPECT_EQ(outcome(campaign, Start{}), "too_early");
  EXPECT_FALSE(due(campaign, now));
  EXPECT_EQ(next_due(campaign), now + hours(1));
  const auto command = due(campaign, now + hours(1));
  ASSERT_TRUE(command);
  EXPECT_EQ(outcome(campaign, *command, "", now + hours(1)), "running");
}

TEST(CampaignContent, ReturnsToDraftAndIsApprovedAfresh) {
  Campaign campaign = in_state(State::approved);
  campaign.approved_by = "approver";
  const auto changed = decide(campaign, ContentChanged{"item A has a new version"}, "", now, good_facts("h2")).value();
  EXPECT_EQ(changed.state, State::draft);
  EXPECT_EQ(changed.content_hash, "h2");
  EXPECT_EQ(changed.approved_by, std::nullopt);
  EXPECT_EQ(changed.reason, "item A has a new version");
  EXPECT_EQ(changed.authors, campaign.authors) << "the system is no author";
}

TEST(CampaignSubmission, RefusesItemsThatMustNotBePushed) {
  const Campaign campaign = in_state(State::draft);
  const auto with = [](ItemStanding item, policy::PackageKind kind = policy::PackageKind::gift) {
    Facts facts = good_facts();
    facts.items = {item};
    facts.package.kind = kind;
    return facts;
  };
  using policy::ItemState, policy::WindowState, policy::Mode, policy::PackageKind;
  const auto submitted = [&](const Facts& facts) { return outcome(campaign, Submit{}, "author", now, facts); };
  EXPECT_EQ(submitted(with({"A", ItemState::draft, WindowState::open, Mode::apply})), "not_pushable");
  EXPECT_EQ(submitted(with({"A", ItemState::withdrawn, WindowState::open, Mode::apply})), "not_pushable");
  EXPECT_EQ(submitted(with({"A", ItemState::published, WindowState::closed, Mode::apply})), "not_pushable");
  EXPECT_EQ(submitted(with({"A", ItemState::published, WindowState::not_yet, Mode::apply})), "in_review");
  EXPECT_EQ(submitted(with({"A", ItemState::published, WindowState::open, Mode::for_comment})), "not_pushable");
  EXPECT_EQ(submitted(with({"A", ItemState::published, WindowState::open, Mode::for_comment}, PackageKind::consultation)), "in_review");
  const auto refused = decide(campaign, Submit{}, "author", now, with({"A", ItemState::draft, WindowState::open, Mode::apply}));
  EXPECT_EQ(refused.error().kind, Refusal::Kind::invalid);
  EXPECT_EQ(refused.error().errors.size(), 1U);
}

TEST(CampaignSubmission, TakesAPackageOfDocumentsForARuleOrAListOnly) {
  Facts facts = good_facts();
  facts.items.clear();
  facts.package.contents = {{policy::ContentType::document, "D", 0, ""}};
  facts.documents = {{"D", true}};
  Campaign campaign = in_state(State::draft);
  EXPECT_EQ(outcome(campaign, Submit{}, "author", now, facts), "in_review");
  campaign.plan.audience = Audience{JoinedAudience{{Audience{RuleAudience{"true"}}, Audience{EligibleAudience{}}}}};
  const auto refused = decide(campaign, Submit{}, "author", now, facts);
  ASSERT_TRUE(refused.has_error());
  EXPECT_EQ(refused.error().kind, Refusal::Kind::invalid);
  EXPECT_EQ(refused.error().errors.front().pointer, "/audience");
  EXPECT_EQ(outcome(campaign, Submit{}, "author", now, good_facts()), "in_review") << "with an item it may ask for entitlement";
}

TEST(CampaignSubmission, RefusesWhatIsNotDisclosed) {
  const Campaign campaign = in_state(State::draft);
  Facts facts = good_facts();
  facts.documents = {{"D", false}};
  EXPECT_EQ(outcome(campaign, Submit{}, "author", now, facts), "not_pushable") << "a document";
  facts = good_facts();
  facts.items.front().disclosed = false;
  EXPECT_EQ(outcome(campaign, Submit{}, "author", now, facts), "not_pushable") << "an item's document";
}

TEST(CampaignTime, EndsAfterTheLastDay) {
  Campaign campaign = in_state(State::running);
  const Instant end = *domain::parse_instant("2027-01-01T00:00:00+08:00");
  EXPECT_EQ(end_of(campaign.plan), end);
  EXPECT_FALSE(due(campaign, end - std::chrono::milliseconds(1)));
  const auto command = due(campaign, end);
  ASSERT_TRUE(command);
  EXPECT_EQ(outcome(campaign, *command, "", end), "expired");
  EXPECT_EQ(outcome(campaign, Expire{}, "", now), "too_early");
  EXPECT_EQ(outcome(in_state(State::in_review), Approve{"h1"}, "other", end), "over");
  EXPECT_EQ(outcome(in_state(State::approved), Launch{}, "other", end), "over");
  EXPECT_EQ(outcome(in_state(State::completed), Expire{}, "", end), "state");
  EXPECT_FALSE(next_due(in_state(State::completed)));
  EXPECT_FALSE(due(in_state(State::cancelled), end));
}

TEST(PlanValidation, PointsAtWhatIsWrong) {
  const auto wrong = [](auto change) {
    Plan plan = good_plan();
    change(plan);
    const auto errors = validate(plan, now);
    return errors.empty() ? std::string() : errors[0].pointer + " " + errors[0].code;
  };
  EXPECT_EQ(wrong([](auto&) {}), "");
  EXPECT_EQ(wrong([](auto& plan) { plan.title.clear(); }), "/title length");
  EXPECT_EQ(wrong([](auto& plan) { plan.package = "/"; }), "/package id");
  EXPECT_EQ(wrong([](auto& plan) { plan.channels = {"page", "page"}; }), "/channels/1 twice");
  EXPECT_EQ(wrong([](auto& plan) { plan.channels = {"pigeon"}; }), "/channels/0 unknown");
  EXPECT_EQ(wrong([](auto& plan) { plan.schedule.trigger = Trigger::standing; }), "/schedule/trigger unsupported");
  EXPECT_EQ(wrong([](auto& plan) { plan.valid_until = *domain::parse_date("2026-11-22"); }), "/valid_until past");
  EXPECT_EQ(wrong([](auto& plan) { plan.valid_until = *domain::parse_date("2026-11-23"); }), "") << "today is included";
  EXPECT_EQ(wrong([](auto& plan) { plan.schedule.at = now + hours(24 * 365); }), "/schedule/at order");
  EXPECT_EQ(wrong([](auto& plan) { plan.audience = Audience{RuleAudience{}}; }), "/audience/rule length");
}

/// Any command by any of three keys at any hour, with content that changes now and then.
RC_GTEST_PROP(CampaignStates, NeverRunWithoutAnotherPersonsApprovalOfTheSameContent, ()) {
  Campaign campaign = draft(good_plan(), "k0", good_facts("h0"));
  std::set<std::string> authors{"k0"};
  std::string hash = "h0", approved_hash;
  Instant time = now;
  for (int step = *rc::gen::inRange(1, 60); step > 0; --step) {
    const std::string key = "k" + std::to_string(*rc::gen::inRange(0, 3));
    time += hours(*rc::gen::inRange(0, 30));
    if (*rc::gen::inRange(0, 8) == 0) hash = "h" + std::to_string(*rc::gen::inRange(0, 3));
    Plan plan = good_plan();
    if (*rc::gen::inRange(0, 2) == 0) plan.schedule.at = time + hours(5);
    const std::vector<Command> commands = {
        Edit{plan}, Submit{}, Approve{hash},     Approve{campaign.content_hash}, Reject{""}, Launch{}, Pause{}, Resume{}, Start{}, Expire{},
        Complete{}, Fail{""}, ContentChanged{""}};
    const Command command = commands[*rc::gen::weightedElement<std::size_t>(
        {{3, 0}, {8, 1}, {5, 2}, {5, 3}, {1, 4}, {8, 5}, {2, 6}, {2, 7}, {5, 8}, {1, 9}, {1, 10}, {1, 11}, {2, 12}})];
    const Facts facts = good_facts(hash);
    const auto result = decide(campaign, command, key, time, facts);
    if (!result) {
      RC_ASSERT(result.error().state == campaign.state);
      continue;
    }
    RC_ASSERT(!is_terminal(campaign.state));
    if (std::holds_alternative<Edit>(command) || std::holds_alternative<Submit>(command)) authors.insert(key);
    if (std::holds_alternative<Approve>(command)) {
      RC_ASSERT(!authors.contains(key));
      approved_hash = campaign.content_hash;
    }
    campaign = *result;
    if (campaign.state == State::running || campaign.state == State::paused) {
      RC_ASSERT(campaign.approved_by.has_value());
      RC_ASSERT(!authors.contains(*campaign.approved_by));
      RC_ASSERT(campaign.content_hash == approved_hash);
      RC_ASSERT(campaign.started_at < end_of(campaign.plan));
    }
    RC_ASSERT(campaign.ended_at.has_value() == is_terminal(campaign.state));
  }
}

}  // namespace
}  // namespace zhida::campaign
