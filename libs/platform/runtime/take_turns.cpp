#include "platform/runtime/take_turns.hpp"

#include "platform/runtime/graceful_stop.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <string>
#include <utility>

namespace zhida::runtime {

namespace asio = boost::asio;

asio::awaitable<void> rest(std::chrono::milliseconds time) {
  asio::steady_timer timer(co_await asio::this_coro::executor, time);
  co_await wait_for_work(timer.async_wait(asio::use_awaitable));
}

asio::awaitable<void> take_turns(Turn turn, std::chrono::milliseconds retry, std::function<void(std::string_view, bool)> failed) {
  co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation(), asio::enable_terminal_cancellation());
  co_await asio::this_coro::throw_if_cancelled(false);
  std::string last;
  for (;;) {
    if (co_await stop_requested()) co_return;
    const boost::system::result<void> done = co_await turn();
    if (done) {
      last.clear();
      continue;
    }
    if (co_await stop_requested()) co_return;
    std::string reason = done.error().message();
    failed(reason, reason == last);
    last = std::move(reason);
    co_await rest(retry);
  }
}

}  // namespace zhida::runtime
