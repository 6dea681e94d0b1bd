#include "platform/runtime/take_turns.hpp"

#include "platform/runtime/task_group.hpp"

#include <gtest/gtest.h>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <string>
#include <utility>
#include <vector>

namespace zhida::runtime {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using boost::system::result;
using namespace std::chrono_literals;

TEST(TakeTurns, AFailureIsToldOnceAndTakenAgainUntilItPasses) {
  asio::io_context io(1);
  TaskGroup tasks(io.get_executor(), [](std::string_view why) { ADD_FAILURE() << why; });
  std::vector<std::pair<std::string, bool>> told;
  int taken = 0;
  const error_code refused = asio::error::connection_refused, reset = asio::error::connection_reset;
  const auto turn = [&]() -> asio::awaitable<result<void>> {
    switch (++taken) {
      case 1:
      case 2:
      case 5:
        co_return refused;
      case 3:
        co_return reset;
      case 6:
        tasks.stop(asio::cancellation_type::total);
        break;
    }
    co_return result<void>();
  };
  tasks.spawn(take_turns(turn, 1ms, [&](std::string_view reason, bool again) { told.emplace_back(reason, again); }));
  io.run();

  const std::vector<std::pair<std::string, bool>> expected{
      {refused.message(), false}, {refused.message(), true}, {reset.message(), false}, {refused.message(), false}};
  EXPECT_EQ(told, expected);
  EXPECT_EQ(taken, 6) << "the turn in hand is finished, none is taken after it";
}

TEST(TakeTurns, AStopEndsTheRestAfterAFailure) {
  asio::io_context io(1);
  TaskGroup tasks(io.get_executor(), [](std::string_view why) { ADD_FAILURE() << why; });
  int failures = 0;
  const auto turn = []() -> asio::awaitable<result<void>> { co_return error_code(asio::error::timed_out); };
  const auto failed = [&](std::string_view, bool) {
    ++failures;
    asio::post(io, [&] { tasks.stop(asio::cancellation_type::total); });
  };
  tasks.spawn(take_turns(turn, 1h, failed));
  io.run();
  EXPECT_EQ(failures, 1);
}

}  // namespace
}  // namespace zhida::runtime
