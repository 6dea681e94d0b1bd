#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <list>

namespace zhida::stores {

/// A condition variable for coroutines of one single-threaded executor.
///
/// Check the condition, then `wait`: between the two nothing else runs, so no ring is lost. Waiting is a plain operation:
/// a cancelled wait returns early, and the caller's next suspension reports the cancellation.
class Notice {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Notice(boost::asio::any_io_executor executor) : executor_(std::move(executor)) {}
  Notice(const Notice&) = delete;
  Notice& operator=(const Notice&) = delete;

  /// True once rung, false when `deadline` came first or the wait was cancelled.
  boost::asio::awaitable<bool> wait(Clock::time_point deadline = Clock::time_point::max());

  /// Wakes everyone who waits now.
  void ring();

 private:
  struct Waiter {
    boost::asio::steady_timer timer;
    bool rung = false;
  };

  boost::asio::any_io_executor executor_;
  std::list<Waiter> waiting_;
};

}  // namespace zhida::stores
