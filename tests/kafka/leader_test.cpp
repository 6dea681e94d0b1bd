// What only several brokers can do: partitions get another leader.

#include "chaos/brokers.hpp"
#include "kafka/broker_process.hpp"
#include "kafka/logs.hpp"
#include "platform/log/log_records.hpp"
#include "platform/runtime/timeout.hpp"
#include "support/run_coroutine.hpp"
#include "support/temporary_directory.hpp"

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <thread>
#include <vector>

namespace zhida::log {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr std::int32_t partitions = 3;

asio::awaitable<void> append_everywhere(EventLog& log) {
  for (std::int32_t partition = 0; partition < partitions; ++partition) co_await append_one(log, record("facts", partition, "k", "v"));
}

asio::awaitable<void> every_partition_ends_at(EventLog& log, Offset end) {
  for (std::int32_t partition = 0; partition < partitions; ++partition) {
    const auto range = co_await log.range("facts", partition);
    if (range.has_error())
      ADD_FAILURE() << "partition " << partition << ": " << range.error().message();
    else
      EXPECT_EQ(range->end, end) << "partition " << partition;
  }
}

TEST(KafkaLeaders, APartitionsRangeIsKnownAgainOnceAnotherBrokerLeadsIt) {
  if (const std::string& reason = test::absence_of_brokers(); !reason.empty()) GTEST_SKIP() << reason;
  const test::TemporaryDirectory files;
  chaos::Brokers brokers(files.path(), 3, [](std::uint16_t port) { return port; });
  KafkaSettings settings;
  settings.brokers = brokers.direct();
  settings.replication = 3;
  settings.min_in_sync = 2;
  asio::io_context io{1};
  const auto log = test::open_kafka_log(io, settings, {{"facts", partitions, Retention::forever()}});
  test::run_coroutine(io, append_everywhere(*log));
  test::run_coroutine(io, every_partition_ends_at(*log, 2));

  // Each of the three leads one partition.
  brokers.kill(0);
  std::this_thread::sleep_for(8s);  // what it led has another leader now, and keeps it when it is back
  brokers.start(0);
  brokers.wait_until_up(0);
  test::run_coroutine(io, every_partition_ends_at(*log, 2), 60s);
}

/// Asks again and again, and gives up before the brokers do.
asio::awaitable<void> ask_in_vain(EventLog& log, std::int32_t partition, const bool& over) {
  asio::steady_timer pause(co_await asio::this_coro::executor);
  while (!over) {
    co_await runtime::within(1s, log.range("facts", partition));
    pause.expires_after(200ms);
    co_await pause.async_wait(asio::use_awaitable);
  }
}

asio::awaitable<void> others_are_answered(EventLog& log, std::size_t leaderless, bool& over) {
  std::vector<std::int32_t> healthy;
  std::vector<std::int32_t> without_leader;
  for (std::int32_t partition = 0; partition < partitions; ++partition) {
    const auto range = co_await runtime::within(3s, log.range("facts", partition));
    (range ? healthy : without_leader).push_back(partition);
  }
  EXPECT_EQ(without_leader.size(), leaderless);
  const auto executor = co_await asio::this_coro::executor;
  for (const std::int32_t partition : without_leader)
    for (int i = 0; i < 4; ++i) asio::co_spawn(executor, ask_in_vain(log, partition, over), [](std::exception_ptr) {});
  asio::steady_timer pause(executor);
  std::chrono::steady_clock::duration longest{};
  for (const auto end = std::chrono::steady_clock::now() + 8s; std::chrono::steady_clock::now() < end;)
    for (const std::int32_t partition : healthy) {
      const auto begun = std::chrono::steady_clock::now();
      EXPECT_TRUE(co_await log.range("facts", partition)) << partition;
      longest = std::max(longest, std::chrono::steady_clock::now() - begun);
      pause.expires_after(50ms);
      co_await pause.async_wait(asio::use_awaitable);
    }
  EXPECT_LT(longest, 3s);
  testing::Test::RecordProperty("longest_ms", static_cast<int>(longest / 1ms));
  over = true;
  pause.expires_after(1'500ms);
  co_await pause.async_wait(asio::use_awaitable);
}

TEST(KafkaLeaders, APartitionWithoutALeaderDelaysNoQuestionAboutAnother) {
  if (const std::string& reason = test::absence_of_brokers(); !reason.empty()) GTEST_SKIP() << reason;
  const test::TemporaryDirectory files;
  chaos::Brokers brokers(files.path(), 3, [](std::uint16_t port) { return port; });
  KafkaSettings settings;
  settings.brokers = brokers.direct();
  settings.replication = 1;
  settings.min_in_sync = 1;
  asio::io_context io{1};
  const auto log = test::open_kafka_log(io, settings, {{"facts", partitions, Retention::forever()}});
  test::run_coroutine(io, append_everywhere(*log));
  brokers.kill(1);
  std::this_thread::sleep_for(8s);  // so that the others know
  bool over = false;
  test::run_coroutine(io, others_are_answered(*log, 1, over), 60s);
}

}  // namespace
}  // namespace zhida::log
