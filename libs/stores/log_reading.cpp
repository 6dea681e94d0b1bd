#include "stores/log_reading.hpp"

#include "platform/runtime/background.hpp"
#include "platform/runtime/graceful_stop.hpp"
#include "stores/log_wait.hpp"

#include <boost/asio/this_coro.hpp>

#include <string>
#include <utility>

namespace zhida::stores {
namespace asio = boost::asio;

asio::awaitable<void> follow(log::EventLog& log, MemoryFold fold) {
  co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation(), asio::enable_terminal_cancellation());
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  constexpr std::chrono::milliseconds retry{200};
  Notice never(executor);
  std::string last_report;
  for (;;) {
    const boost::system::result<std::size_t> folded = co_await fold.catch_up();
    if (co_await runtime::stop_requested()) co_return;
    if (!folded) {
      std::string why = folded.error().message();
      if (why != last_report && fold.report) fold.report(why);
      last_report = std::move(why);
      co_await runtime::wait_for_work(never.wait(Notice::Clock::now() + retry));
      continue;
    }
    last_report.clear();
    if (*folded != 0) continue;
    std::vector<log::Position> positions = fold.positions();
    co_await runtime::wait_for_work(wait_for_records(log, std::move(positions), Notice::Clock::time_point::max()));
  }
}

asio::awaitable<void> Turn::pass() {
  co_await runtime::background_turn();
  began_ = std::chrono::steady_clock::now();
}

}  // namespace zhida::stores
