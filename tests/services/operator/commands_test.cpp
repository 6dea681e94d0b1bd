// Commands and what they change of campaigns that wait for their launch.

#include "contracts/topics.hpp"
#include "operator/commands/changed_campaigns.hpp"
#include "services/operator/command_world.hpp"
#include "standalone/sample/generator.hpp"
#include "support/run_coroutine.hpp"

#include <gtest/gtest.h>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

namespace zhida::operators {
namespace {

namespace asio = boost::asio;
namespace topics = contracts::topics;
using contracts::CommandKind;
using test::CommandWorld;
using test::no_hash;

constexpr const char* elsewhere = "https://www.songjiang.gov.cn/2";

campaign::Audience everyone() { return {campaign::RuleAudience{"true"}}; }

campaign::Audience listed(const stores::ReferenceData& reference, std::uint64_t count) {
  const standalone::SampleGenerator generator(*reference.industries, 7);
  std::vector<enterprise::Uscc> list;
  for (std::uint64_t i = 0; i < count; ++i) list.push_back(generator.uscc(i));
  return {campaign::ListAudience(std::move(list))};
}

contracts::CommandRequested command(CommandKind kind, std::string entity, std::string id) {
  contracts::CommandRequested made;
  made.command = std::move(id);
  made.kind = kind;
  made.entity = std::move(entity);
  made.key_id = "somebody";
  made.role = "operator";
  made.bureau = "qfb";
  made.at = domain::start_of(std::chrono::year(2026) / 11 / 23);
  return made;
}

asio::awaitable<void> append(CommandWorld& world, contracts::CommandRequested command) {
  log::NewRecord record;
  record.topic = topics::commands;
  record.key = command.key();
  record.value = contracts::to_json(command);
  record.event = log::CloudEvent{command.command, std::string(contracts::CommandRequested::type), "/operator", 0};
  std::vector<log::NewRecord> records;
  records.push_back(std::move(record));
  const auto appended = co_await world.log.append(std::move(records));
  EXPECT_TRUE(appended.has_value());
}

bool none_twice(std::vector<std::string> ids) {
  std::ranges::sort(ids);
  return std::ranges::adjacent_find(ids) == ids.end();
}

TEST(WaitingCampaigns, AreComparedByTheirPackageHoweverLongTheirLists) {
  CommandWorld world;
  const auto body = [](CommandWorld& of) -> asio::awaitable<void> {
    campaign::Audience audience = listed(of.reference, 20'000);
    co_await of.campaigns(3, campaign::State::in_review, std::move(audience));
    const contracts::CatalogEvent event = CommandWorld::document_event(elsewhere);
    EXPECT_EQ(changed_campaigns(event, of.catalog, of.rules).size(), 0U) << "the package leads where it led; no plan was hashed";
    contracts::CatalogEvent::Outcome put = contracts::DocumentPut{CommandWorld::document(elsewhere)};
    std::get<contracts::DocumentPut>(put).document.id = "other";
    co_await of.seed("other", CommandKind::document_put, std::move(put));
    contracts::CatalogEvent another = event;
    another.entity = "other";
    EXPECT_EQ(changed_campaigns(another, of.catalog, of.rules).size(), 0U);
    for (const auto& [id, campaign] : of.catalog.campaigns()) EXPECT_FALSE(is_content_changed(*campaign, of.catalog, of.rules));
  };
  test::run_coroutine(world.io, body(world));
}

TEST(WaitingCampaigns, AreSubmittedUnderTheHashOfWhatStandsWithoutHashingTheirListsAgain) {
  CommandWorld world;
  const auto body = [](CommandWorld& of) -> asio::awaitable<void> {
    campaign::Audience audience = everyone();
    co_await of.campaigns(1, campaign::State::draft, std::move(audience));
    const auto submit = command(CommandKind::campaign_submit, "c1", "submit");
    const auto event = decide_command(submit, 99, of.catalog, of.rules, submit.at);
    const auto* changed = std::get_if<contracts::CampaignChanged>(&event.outcome);
    EXPECT_NE(changed, nullptr);
    if (changed == nullptr) co_return;
    EXPECT_EQ(changed->campaign.state, campaign::State::in_review);
    EXPECT_EQ(changed->campaign.content_hash, no_hash);

    // Once the package has changed it is another content.
    co_await of.start_owner();
    const http::Request request = CommandWorld::put_document(elsewhere);
    const CommandAnswer answer = co_await of.gateway.submit(request, CommandKind::document_put, "doc");
    EXPECT_FALSE(answer.refused());
    const auto again = decide_command(submit, 99, of.catalog, of.rules, submit.at);
    EXPECT_NE(std::get<contracts::CampaignChanged>(again.outcome).campaign.content_hash, no_hash);
  };
  test::run_coroutine(world.io, body(world));
}

TEST(WaitingCampaigns, AreAllReturnedWithinThePatienceOfOneRequest) {
  constexpr int count = 130;
  CommandWorld world(std::chrono::milliseconds(1'500));
  const auto body = [](CommandWorld& of) -> asio::awaitable<void> {
    campaign::Audience audience = everyone();
    co_await of.campaigns(count, campaign::State::in_review, std::move(audience));
    co_await of.start_owner();
    of.log.delay = std::chrono::milliseconds(10);
    const http::Request request = CommandWorld::put_document(elsewhere);
    const CommandAnswer answer = co_await of.gateway.submit(request, CommandKind::document_put, "doc");
    EXPECT_FALSE(answer.refused());
    for (const auto& [id, campaign] : of.catalog.campaigns()) {
      EXPECT_EQ(campaign->state, campaign::State::draft) << id;
      EXPECT_EQ(campaign->revision, 2U) << id;
    }
    const auto commands = co_await of.ids(std::string(topics::commands));
    EXPECT_EQ(commands.size(), 2U + count + 1U + count) << "documents, package and campaigns of the start, the change, the returns";
    EXPECT_TRUE(none_twice(commands));
  };
  test::run_coroutine(world.io, body(world));
}

TEST(SystemCommands, AreRecordedOnceWhoeverAsksForThemAtOnce) {
  CommandWorld world;
  const auto body = [](CommandWorld& of) -> asio::awaitable<void> {
    campaign::Audience audience = everyone();
    co_await of.campaigns(1, campaign::State::in_review, std::move(audience));
    co_await of.start_owner();
    of.log.delay = std::chrono::milliseconds(10);
    const auto campaign = of.catalog.campaign("c1");
    int done = 0;
    const auto ask = [](CommandWorld& from, const campaign::Campaign& which, int& count) -> asio::awaitable<void> {
      co_await from.gateway.return_to_draft(which);
      ++count;
    };
    of.tasks.spawn(ask(of, *campaign, done));
    of.tasks.spawn(ask(of, *campaign, done));
    co_await of.gateway.return_to_draft(*campaign);
    co_await of.gateway.return_to_draft(*campaign);
    asio::steady_timer timer(co_await asio::this_coro::executor);
    while (done < 2) {
      timer.expires_after(std::chrono::milliseconds(1));
      co_await timer.async_wait(asio::use_awaitable);
    }
    EXPECT_EQ(of.catalog.campaign("c1")->state, campaign::State::draft);
    const auto commands = co_await of.ids(std::string(topics::commands));
    EXPECT_EQ(commands.size(), 4U);
    EXPECT_TRUE(none_twice(commands));
  };
  test::run_coroutine(world.io, body(world));
}

TEST(CommandOwner, GivesACommandThatIsRecordedTwiceOneOutcome) {
  CommandWorld world;
  const auto body = [](CommandWorld& of) -> asio::awaitable<void> {
    campaign::Audience audience = everyone();
    co_await of.campaigns(2, campaign::State::in_review, std::move(audience));
    for (const char* id : {"first", "first", "second"}) {
      auto refresh = command(CommandKind::campaign_refresh, id == std::string("second") ? "c2" : "c1", id);
      refresh.key_id = "";
      co_await append(of, std::move(refresh));
    }
    for (const char* id : {"third", "third", "last"}) {
      auto cancel = command(CommandKind::campaign_cancel, id == std::string("last") ? "c2" : "c1", id);
      co_await append(of, std::move(cancel));
    }
    of.tasks.spawn(of.owner.run());
    const auto last = co_await of.catalog.outcome("last", std::chrono::steady_clock::now() + std::chrono::seconds(10));
    EXPECT_NE(last, nullptr);
    const auto outcomes = co_await of.ids(std::string(topics::catalog));
    EXPECT_EQ(outcomes.size(), 4U + 4U);
    EXPECT_TRUE(none_twice(outcomes));
    EXPECT_EQ(of.catalog.campaign("c1")->revision, 3U);
    EXPECT_EQ(of.catalog.campaign("c2")->revision, 3U);
    EXPECT_EQ(of.catalog.answered_to(), 9);
  };
  test::run_coroutine(world.io, body(world));
}

}  // namespace
}  // namespace zhida::operators
