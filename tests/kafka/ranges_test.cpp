// Questions for offsets to brokers that do not answer.

#include "platform/log/kafka_ranges.hpp"

#include "platform/log/error.hpp"
#include "platform/runtime/timeout.hpp"
#include "support/run_coroutine.hpp"

#include <gtest/gtest.h>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace zhida::log {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using Outcomes = std::vector<boost::system::error_code>;

class KafkaRangesTest : public testing::Test {
 protected:
  KafkaRangesTest() {
    settings.brokers = "127.0.0.1:1";
    settings.request_limit = 1'000ms;
    ranges = std::make_shared<KafkaRanges>(io.get_executor(), settings);
  }

  asio::awaitable<void> ask(std::int32_t partition, std::chrono::milliseconds patience) {
    const auto answer = co_await runtime::within(patience, ranges->ask("facts", partition));
    outcomes.push_back(answer.has_error() ? answer.error() : boost::system::error_code());
  }

  void spawn(asio::awaitable<void> task) {
    asio::co_spawn(io, std::move(task), [](std::exception_ptr failure) { EXPECT_FALSE(failure); });
  }

  Clock::duration run_until(std::size_t answered) {
    const auto begun = Clock::now();
    while (outcomes.size() < answered && Clock::now() - begun < 30s) io.run_for(20ms);
    EXPECT_EQ(outcomes.size(), answered);
    return Clock::now() - begun;
  }

  asio::io_context io{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{io.get_executor()};
  KafkaSettings settings;
  std::shared_ptr<KafkaRanges> ranges;
  Outcomes outcomes;
};

TEST_F(KafkaRangesTest, ManyWhoAskAboutOnePartitionWaitNoLongerThanOne) {
  for (int i = 0; i < 20; ++i) spawn(ask(0, 1h));
  EXPECT_LT(run_until(20), 4s);
  EXPECT_EQ(outcomes, Outcomes(20, Error::io));
}

TEST_F(KafkaRangesTest, WhatNobodyWaitsForIsNotAsked) {
  for (std::int32_t partition = 0; partition < 30; ++partition) spawn(ask(partition, 100ms));
  EXPECT_LT(run_until(30), 1s);
  outcomes.clear();
  spawn(ask(30, 1h));
  EXPECT_LT(run_until(1), 4s);
  EXPECT_EQ(outcomes, Outcomes(1, Error::io));
}

TEST_F(KafkaRangesTest, StoppedItAnswersAtOnceAndEndsAfterTheCallUnderWay) {
  for (std::int32_t partition = 0; partition < 5; ++partition) spawn(ask(partition, 1h));
  io.run_for(100ms);
  const auto begun = Clock::now();
  ranges->stop();
  run_until(5);
  EXPECT_LT(Clock::now() - begun, 100ms);
  EXPECT_EQ(outcomes, Outcomes(5, asio::error::operation_aborted));
  ranges.reset();
  EXPECT_LT(Clock::now() - begun, KafkaRanges::longest_call + 500ms);
}

}  // namespace
}  // namespace zhida::log
