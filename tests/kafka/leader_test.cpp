// What only several brokers can do: partitions get another leader.

#include "chaos/brokers.hpp"
#include "kafka/broker_process.hpp"
#include "kafka/logs.hpp"
#include "platform/log/log_records.hpp"
#include "support/run_coroutine.hpp"
#include "support/temporary_directory.hpp"

#include <gtest/gtest.h>

#include <thread>

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

}  // namespace
}  // namespace zhida::log
