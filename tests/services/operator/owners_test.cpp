// Owners of commands come and go, and for a while there may be two.

#include "contracts/audit/audit_record.hpp"
#include "contracts/topics.hpp"
#include "operator/commands/decision.hpp"
#include "platform/http/problem.hpp"
#include "services/operator/command_world.hpp"
#include "support/run_coroutine.hpp"

#include <gtest/gtest.h>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <string>
#include <utility>
#include <vector>

namespace zhida::operators {
namespace {

namespace asio = boost::asio;
using test::CommandWorld;

TEST(CommandOwner, StopsThoughNobodyFoldsItsLastOutcome) {
  CommandWorld world;
  auto body = [&]() -> asio::awaitable<void> {
    campaign::Audience everybody;
    co_await world.campaigns(0, campaign::State::draft, everybody);
    co_await world.start_owner();
    world.log.delay = std::chrono::milliseconds(50);
    const http::Request request = CommandWorld::put_document("https://www.songjiang.gov.cn/2");
    auto ask = [](CommandWorld& of, const http::Request& asked) -> asio::awaitable<void> {
      try {
        co_await of.gateway.submit(asked, contracts::CommandKind::document_put, "doc");
      } catch (const http::Refused&) {  // nobody is there to answer any more
      }
    };
    world.tasks.spawn(ask(world, request));
    asio::steady_timer timer(world.io, std::chrono::milliseconds(75));  // recorded, and being decided
    co_await timer.async_wait(asio::use_awaitable);
    co_await runtime::drain(world.tasks, std::chrono::milliseconds(500));
    EXPECT_EQ(world.tasks.size(), 0U);
  };
  test::run_coroutine(world.io, body(), std::chrono::seconds(10));
}

// A newer process may have written it, or a program that is none of ours.
TEST(CommandOwner, RefusesCommandsOfAnotherType) {
  CommandWorld world;
  auto body = [&]() -> asio::awaitable<void> {
    campaign::Audience everybody;
    co_await world.campaigns(1, campaign::State::draft, everybody);
    co_await world.start_owner();
    contracts::CommandRequested command;
    command.command = "later";
    command.kind = contracts::CommandKind::campaign_submit;
    command.entity = "c1";
    command.key_id = "operator";
    command.role = "operator";
    command.bureau = "qfb";
    const std::string asked = contracts::to_json(command);
    for (const std::string type : {"zhida.command.requested.v2", "", "zhida.command.requested.v1 (names no log)"}) {
      std::vector<log::NewRecord> records(1);
      records[0].topic = contracts::topics::commands;
      records[0].key = command.key();
      records[0].value = asked;
      records[0].event.id = "later";
      records[0].event.type = type;
      co_await world.log.append(std::move(records));
    }
    // Behind them somebody who is heard: so they have been passed.
    const http::Request request = CommandWorld::put_document("https://www.songjiang.gov.cn/2");
    co_await world.gateway.submit(request, contracts::CommandKind::document_put, "doc");
    EXPECT_EQ(world.catalog.campaign("c1")->state, campaign::State::draft);
    EXPECT_EQ(world.catalog.commands().find("later"), nullptr);
    const auto letters = co_await world.log.range(contracts::topics::dead_letters, 0);
    EXPECT_EQ(letters->end - letters->start, 3);
  };
  test::run_coroutine(world.io, body(), std::chrono::seconds(10));
}

// The process lives on, and says what is wrong.
TEST(CommandOwner, DecidesNothingWhileTheAuditChainIsBroken) {
  CommandWorld world(std::chrono::milliseconds(300));
  auto body = [&]() -> asio::awaitable<void> {
    campaign::Audience everybody;
    co_await world.campaigns(0, campaign::State::draft, everybody);
    std::vector<log::NewRecord> records(1);
    records[0].topic = contracts::topics::audit;
    contracts::AuditRecorded altered;
    contracts::chain(altered, 0, std::string(contracts::AuditRecorded::genesis), sha256_hex);
    altered.action = "document.put";  // after the hash was taken
    records[0].value = contracts::to_json(altered);
    records[0].event.type = contracts::AuditRecorded::type;
    co_await world.log.append(std::move(records));
    world.tasks.spawn(world.owner.run());
    const http::Request request = CommandWorld::put_document("https://www.songjiang.gov.cn/2");
    bool unavailable = false;
    try {
      co_await world.gateway.submit(request, contracts::CommandKind::document_put, "doc");
    } catch (const http::Refused&) {
      unavailable = true;
    }
    EXPECT_TRUE(unavailable);
    EXPECT_GT(world.tasks.size(), 1U) << "the owner has ended";
  };
  test::run_coroutine(world.io, body(), std::chrono::seconds(10));
}

// Two processes, two clocks: the one that asks has seen the end come, the one that decides has not. What the system asks it asks once.
TEST(CommandOwner, BelievesTheSystemThatItsTimeHasCome) {
  CommandWorld world;
  auto body = [&]() -> asio::awaitable<void> {
    campaign::Audience everybody;
    co_await world.campaigns(1, campaign::State::running, everybody);
    contracts::CommandRequested command;
    command.command = "expire";
    command.kind = contracts::CommandKind::campaign_expire;
    command.entity = "c1";
    command.role = "system";
    const domain::Instant end = campaign::end_of(world.catalog.campaign("c1")->plan);
    command.at = end;
    const auto event = decide_command(command, 9, world.catalog, world.rules, end - std::chrono::seconds(2));
    const auto* const changed = std::get_if<contracts::CampaignChanged>(&event.outcome);
    EXPECT_TRUE(changed != nullptr && changed->campaign.state == campaign::State::expired);
  };
  test::run_coroutine(world.io, body());
}

}  // namespace
}  // namespace zhida::operators
