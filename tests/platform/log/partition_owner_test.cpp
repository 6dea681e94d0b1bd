#include "platform/log/partition_owner.hpp"

#include "platform/log/memory_log.hpp"
#include "support/forwarding_log.hpp"
#include "support/run_coroutine.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <gtest/gtest.h>

#include <chrono>

namespace zhida::log {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

/// A log whose groups take their time to let somebody in.
class SlowGroups final : public test::ForwardingLog {
 public:
  using ForwardingLog::ForwardingLog;

  Awaitable<std::unique_ptr<Membership>> join(std::string_view group, std::vector<std::string> topics) override {
    const std::string name(group);
    asio::steady_timer pause(co_await asio::this_coro::executor, 50ms);
    co_await pause.async_wait(asio::use_awaitable);
    co_return co_await ForwardingLog::join(name, std::move(topics));
  }
};

/// An owner of one partition, and what becomes of it.
class PartitionOwnerTest : public testing::Test {
 protected:
  static void fail(std::string_view reason) { ADD_FAILURE() << reason; }

  asio::awaitable<void> stopped_after(std::chrono::milliseconds time) {
    runtime::TaskGroup tasks(io.get_executor(), fail);
    tasks.spawn(owner.run());
    asio::steady_timer pause(io, time);
    co_await pause.async_wait(asio::use_awaitable);
    tasks.stop(asio::cancellation_type::total);
    co_await tasks.join();
  }

  asio::io_context io{1};
  MemoryLog memory{Layout{{"facts", 1, Retention::forever()}}};
  SlowGroups log{memory};
  int taken = 0, given_up = 0;
  PartitionOwner owner{io.get_executor(),
                       log,
                       "group",
                       {"facts"},
                       [](int, runtime::TaskGroup&) {},
                       fail,
                       [this](int, bool mine) { ++(mine ? taken : given_up); }};
};

TEST_F(PartitionOwnerTest, GivesUpAtAStopWhatItHasTaken) {
  test::run_coroutine(io, stopped_after(150ms));
  EXPECT_EQ(taken, 1);
  EXPECT_EQ(given_up, 1);
}

TEST_F(PartitionOwnerTest, TakesNothingAfterAStopThatCameWhileItJoined) {
  test::run_coroutine(io, stopped_after(10ms));
  EXPECT_EQ(taken, 0);
  EXPECT_EQ(given_up, 0);
}

}  // namespace
}  // namespace zhida::log
