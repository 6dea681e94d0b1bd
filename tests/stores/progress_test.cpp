#include "stores/progress.hpp"

#include "support/run_coroutine.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace zhida::stores {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

TEST(ProgressTest, WakesWhoWaitsForAnOffsetOnceItIsPassed) {
  asio::io_context io{1};
  Progress progress(io.get_executor());
  bool passed = false;
  asio::steady_timer soon(io, 5ms);
  soon.async_wait([&](auto) {
    progress.advance("intents", 1, 8);
    EXPECT_FALSE(passed) << "offset 8 is not below position 8";
    asio::post(io, [&] { progress.advance("intents", 1, 9); });
  });
  auto body = [&]() -> asio::awaitable<void> { passed = co_await progress.wait_until("intents", 1, 8, 5s); };
  test::run_coroutine(io, body());
  EXPECT_TRUE(passed);
}

TEST(ProgressTest, GivesUpAfterTheLimit) {
  asio::io_context io{1};
  Progress progress(io.get_executor());
  progress.advance("intents", 0, 100);
  bool passed = true;
  auto body = [&]() -> asio::awaitable<void> { passed = co_await progress.wait_until("intents", 1, 8, 20ms); };
  test::run_coroutine(io, body());
  EXPECT_FALSE(passed);
}

TEST(ProgressTest, NeverGoesBack) {
  asio::io_context io{1};
  Progress progress(io.get_executor());
  progress.advance("intents", 0, 100);
  progress.advance("intents", 0, 50);
  EXPECT_EQ(progress.position("intents", 0), 100);
}

}  // namespace
}  // namespace zhida::stores
