// The chain of audit records when owners of commands come and go, and for a while there are two.

#include "operator/commands/audit_chain.hpp"

#include "contracts/topics.hpp"
#include "operator/commands/decision.hpp"
#include "services/operator/command_world.hpp"
#include "support/run_coroutine.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace zhida::operators {
namespace {

namespace asio = boost::asio;
namespace topics = contracts::topics;
using namespace std::chrono_literals;
using test::CommandWorld;

asio::awaitable<std::vector<std::string>> values(log::EventLog& log, std::string topic) {
  std::vector<std::string> found;
  const auto range = co_await log.range(topic, 0);
  for (log::Offset next = range->start; next < range->end;) {
    const auto batch = co_await log.read(topic, 0, next);
    for (const log::RecordPtr& record : batch->records) found.push_back(record->value);
    next = batch->next;
  }
  co_return found;
}

/// The records that count: of those with the same number the first.
std::vector<std::string> chain_of(const std::vector<std::string>& records) {
  std::vector<std::string> counted;
  std::string hash(contracts::AuditRecorded::genesis);
  for (const std::string& value : records) {
    const auto record = contracts::audit_recorded_from_json(value);
    EXPECT_TRUE(record.has_value()) << value;
    if (!contracts::follows(*record, counted.size(), hash, sha256_hex)) continue;
    hash = record->hash;
    counted.push_back(value);
  }
  return counted;
}

/// Appends a record of any kind.
asio::awaitable<void> put(log::EventLog& log, std::string topic, std::string type, std::string value) {
  log::NewRecord record;
  record.topic = std::move(topic);
  record.value = std::move(value);
  record.event = log::CloudEvent{"x", std::move(type), "/operator", 0};
  std::vector<log::NewRecord> records;
  records.push_back(std::move(record));
  co_await log.append(std::move(records));
}

/// What one owner writes about the same commands and outcomes, alone and at once.
asio::awaitable<std::vector<std::string>> written_alone(CommandWorld& world) {
  test::SlowLog other(world.log.layout());
  for (const std::string_view topic : {topics::commands, topics::catalog}) {
    const auto range = co_await world.log.range(topic, 0);
    for (log::Offset next = range->start; next < range->end;) {
      const auto batch = co_await world.log.read(topic, 0, next, log::ReadLimits());
      for (const log::RecordPtr& record : batch->records) co_await put(other, std::string(topic), record->event.type, record->value);
      next = batch->next;
    }
  }
  AuditChain owner(other);
  co_await owner.extend();
  co_return co_await values(other, std::string(topics::audit));
}

class AuditChainTest : public testing::Test {
 protected:
  void run(asio::awaitable<void> body) { test::run_coroutine(world.io, std::move(body), 10s); }
  asio::awaitable<void> sleep(std::chrono::milliseconds time) {
    asio::steady_timer timer(world.io, time);
    co_await timer.async_wait(asio::use_awaitable);
  }
  asio::awaitable<std::vector<std::string>> audit() { return values(world.log, std::string(topics::audit)); }

  CommandWorld world;
};

TEST_F(AuditChainTest, HasOneRecordOfEachOutcomeWhateverItIs) {
  auto body = [&]() -> asio::awaitable<void> {
    campaign::Audience everybody;
    co_await world.campaigns(2, campaign::State::draft, everybody);
    contracts::CatalogEvent::Outcome refused = contracts::CommandRefused{R"({"type":"/problems/conflict","status":409})", ""};
    co_await world.seed("c2", contracts::CommandKind::campaign_launch, std::move(refused));
    co_await put(world.log, std::string(topics::catalog), "zhida.unheard-of.v9", "{}");  // quarantined, no outcome
    AuditChain owner(world.log);
    co_await owner.extend();
    co_await owner.extend();
    const std::vector<std::string> records = co_await audit();
    EXPECT_EQ(records.size(), 5U) << "a document, a package, two campaigns, and a refusal";
    EXPECT_EQ(chain_of(records), records);
    const auto last = contracts::audit_recorded_from_json(records.back());
    EXPECT_EQ(last->problem, "/problems/conflict");
    EXPECT_EQ(last->role, "operator") << "of the command";
    EXPECT_EQ(last->entity, "campaign/c2");
    const std::vector<std::string> alone = co_await written_alone(world);
    EXPECT_EQ(records, alone);
  };
  run(body());
}

TEST_F(AuditChainTest, TwoOwnersThatWriteAtOnceWriteTheSame) {
  auto body = [&]() -> asio::awaitable<void> {
    campaign::Audience everybody;
    co_await world.campaigns(3, campaign::State::draft, everybody);
    world.log.delay = 20ms;
    AuditChain first(world.log), second(world.log);
    world.tasks.spawn(first.extend());
    co_await second.extend();
    co_await sleep(50ms);
    std::vector<std::string> records = co_await audit();
    EXPECT_EQ(records.size(), 10U) << "both wrote all five: else this shows nothing";
    const std::vector<std::string> alone = co_await written_alone(world);
    EXPECT_EQ(chain_of(records), alone);

    // Both go on, and so does one that begins only now.
    co_await world.campaigns(1, campaign::State::draft, everybody);
    AuditChain third(world.log);
    co_await first.extend();
    co_await third.extend();
    co_await second.extend();
    records = co_await audit();
    EXPECT_EQ(records.size(), 13U) << "nobody wrote again what stands there";
    const std::vector<std::string> all = co_await written_alone(world);
    EXPECT_EQ(chain_of(records), all);
    EXPECT_EQ(all.size(), 8U);
  };
  run(body());
}

TEST_F(AuditChainTest, WhatAReplacedOwnerWritesLateChangesNothing) {
  auto body = [&]() -> asio::awaitable<void> {
    campaign::Audience everybody;
    co_await world.campaigns(1, campaign::State::draft, everybody);
    AuditChain replaced(world.log), successor(world.log);
    world.log.delay = 250ms;
    world.tasks.spawn(replaced.extend());  // decided, and stopped before it is written
    co_await sleep(20ms);
    world.log.delay = 0ms;
    co_await successor.extend();
    co_await world.campaigns(2, campaign::State::draft, everybody);
    co_await successor.extend();
    const std::vector<std::string> before = co_await audit();
    co_await sleep(300ms);
    const std::vector<std::string> after = co_await audit();
    EXPECT_EQ(after.size(), before.size() + 3) << "the late ones have come: else this shows nothing";
    EXPECT_EQ(chain_of(after), before);

    co_await world.campaigns(1, campaign::State::draft, everybody);
    co_await replaced.extend();
    AuditChain fresh(world.log);
    co_await fresh.extend();
    co_await successor.extend();
    const std::vector<std::string> records = co_await audit();
    const std::vector<std::string> alone = co_await written_alone(world);
    EXPECT_EQ(chain_of(records), alone);
    EXPECT_EQ(records.size(), alone.size() + 3);
  };
  run(body());
}

TEST_F(AuditChainTest, PassesOverRecordsThatAreNoneOfTheChain) {
  auto body = [&]() -> asio::awaitable<void> {
    campaign::Audience everybody;
    co_await world.campaigns(1, campaign::State::draft, everybody);
    AuditChain owner(world.log);
    co_await owner.extend();
    const std::vector<std::string> before = co_await audit();
    co_await put(world.log, std::string(topics::audit), "", "{}");
    co_await put(world.log, std::string(topics::audit), "zhida.audit.recorded.v2", std::string(1'000'000, 'x'));
    co_await put(world.log, std::string(topics::audit), "zhida.audit.recorded.v1 (names no log)", before[1]);
    co_await world.campaigns(1, campaign::State::draft, everybody);
    AuditChain next(world.log);
    co_await next.extend();
    const std::vector<std::string> alone = co_await written_alone(world);
    std::vector<std::string> records = co_await audit();
    records.erase(records.begin() + 3, records.begin() + 6);
    EXPECT_EQ(records, alone);
  };
  run(body());
}

TEST_F(AuditChainTest, NamesTheRecordThatWasAltered) {
  auto body = [&]() -> asio::awaitable<void> {
    campaign::Audience everybody;
    co_await world.campaigns(1, campaign::State::draft, everybody);
    AuditChain owner(world.log);
    co_await owner.extend();
    const std::vector<std::string> records = co_await audit();
    std::string forged = records[1];
    const auto at = forged.find("operator");
    EXPECT_NE(at, std::string::npos);
    forged.replace(at, 8, "approver");
    co_await put(world.log, std::string(topics::audit), std::string(contracts::AuditRecorded::type), std::move(forged));
    AuditChain next(world.log);
    std::string said;
    try {
      co_await next.extend();
    } catch (const std::runtime_error& error) {
      said = error.what();
    }
    EXPECT_THAT(said, testing::HasSubstr("broken at record 3 of topic audit"));
  };
  run(body());
}

}  // namespace
}  // namespace zhida::operators
