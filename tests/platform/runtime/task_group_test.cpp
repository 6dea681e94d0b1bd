#include "platform/runtime/task_group.hpp"

#include "platform/log/memory_log.hpp"
#include "platform/runtime/graceful_stop.hpp"
#include "platform/runtime/timeout.hpp"
#include "support/run_coroutine.hpp"

#include <gmock/gmock.h>
#include <boost/asio/as_tuple.hpp>

#include <string>
#include <vector>

namespace zhida::runtime {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

class TaskGroupTest : public testing::Test {
 protected:
  asio::io_context io{1};
  std::vector<std::string> failures;
  TaskGroup group{io.get_executor(), [this](std::string_view reason) { failures.emplace_back(reason); }};
};

asio::awaitable<void> pause(std::chrono::milliseconds time) {
  asio::steady_timer timer(co_await asio::this_coro::executor, time);
  co_await timer.async_wait(asio::use_awaitable);
}

asio::awaitable<void> fail() {
  co_await pause(1ms);
  throw std::runtime_error("broken");
}
asio::awaitable<void> finish(int& finished) {
  co_await pause(10ms);
  ++finished;
}
TEST_F(TaskGroupTest, TellsWhichTaskFailedAndLetsTheOthersGoOn) {
  int finished = 0;
  group.spawn(fail());
  group.spawn(finish(finished));
  test::run_coroutine(io, group.join());
  EXPECT_THAT(failures, testing::ElementsAre("broken"));
  EXPECT_EQ(finished, 1);
}

log::Layout notes() { return {{"notes", 1, log::Retention::forever()}}; }

asio::awaitable<void> append(log::MemoryLog& log) {
  std::vector<log::NewRecord> records(1);
  records.front().topic = "notes";
  EXPECT_TRUE(co_await log.append(std::move(records)));
}

// A reader of the log as services write them: waits for work, and finishes the unit in hand.
asio::awaitable<void> follow(log::MemoryLog& log, int& units) {
  for (log::Offset next = 0;;) {
    co_await wait_for_work(log.wait("notes", 0, next));
    const auto batch = co_await log.read("notes", 0, next, log::ReadLimits());
    next = batch->next;
    co_await pause(30ms);
    ++units;
  }
}
asio::awaitable<void> stop_after(TaskGroup& group, std::chrono::milliseconds time, std::chrono::milliseconds& took) {
  co_await pause(time);
  const auto start = std::chrono::steady_clock::now();
  co_await drain(group, 5s);
  took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
}
TEST_F(TaskGroupTest, StopsAReaderThatWaitsAtTheEndOfTheLogAtOnce) {
  log::MemoryLog log(notes());
  int units = 0;
  std::chrono::milliseconds took{};
  group.spawn(follow(log, units));
  test::run_coroutine(io, stop_after(group, 5ms, took));
  EXPECT_EQ(units, 0);
  EXPECT_LT(took, 1s);
  EXPECT_TRUE(failures.empty());
}
TEST_F(TaskGroupTest, LetsAReaderFinishTheUnitInHand) {
  log::MemoryLog log(notes());
  int units = 0;
  std::chrono::milliseconds took{};
  test::run_coroutine(io, append(log));
  group.spawn(follow(log, units));
  test::run_coroutine(io, stop_after(group, 5ms, took));
  EXPECT_EQ(units, 1);
  EXPECT_LT(took, 1s);
  EXPECT_TRUE(failures.empty());
}

// One that looks at nothing but how each of its waits ends.
asio::awaitable<void> wait_thrice() {
  co_await asio::this_coro::throw_if_cancelled(false);
  for (int i = 0; i < 3; ++i) {
    asio::steady_timer timer(co_await asio::this_coro::executor, 1min);
    co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
  }
}
TEST_F(TaskGroupTest, CutsOffATaskThatGoesFromOneWaitToTheNext) {
  group.spawn(wait_thrice());
  const auto body = [](TaskGroup& all) -> asio::awaitable<void> {
    co_await pause(5ms);
    co_await drain(all, 10ms);
  };
  test::run_coroutine(io, body(group));
  EXPECT_EQ(group.size(), 0U);
}

asio::awaitable<void> cut_off_after(TaskGroup& group, std::chrono::milliseconds time) {
  co_await pause(time);
  group.stop(asio::cancellation_type::terminal);
  co_await group.join();
}
asio::awaitable<void> wait_for_either() {
  using namespace asio::experimental::awaitable_operators;
  co_await (pause(10s) || pause(20s));
}
TEST_F(TaskGroupTest, ATaskThatWaitsForEitherOfTwoAndIsCutOffHasNotFailed) {
  group.spawn(wait_for_either());
  test::run_coroutine(io, cut_off_after(group, 5ms));
  EXPECT_TRUE(failures.empty());
}

asio::awaitable<boost::system::result<int>> answer_after(std::chrono::milliseconds time) {
  co_await pause(time);
  co_return 42;
}
asio::awaitable<void> limits() {
  EXPECT_EQ((co_await within<int>(1s, answer_after(1ms))).value(), 42);
  EXPECT_EQ((co_await within<int>(5ms, answer_after(10s))).error(), asio::error::timed_out);
}
TEST(Within, GivesTheAnswerOrTimesOut) {
  asio::io_context io{1};
  test::run_coroutine(io, limits());
}

}  // namespace
}  // namespace zhida::runtime
