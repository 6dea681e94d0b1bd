#include "stores/log_wait.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

#include <exception>
#include <memory>
#include <utility>

namespace zhida::stores {
namespace asio = boost::asio;

namespace {

/// Shared by the waiter and the log's wait, which may end after it.
struct Race {
  explicit Race(const asio::any_io_executor& executor) : decided(executor) {}

  Notice decided;
  asio::cancellation_signal stop;
  bool ended = false;
};

struct StopAtExit {
  std::shared_ptr<Race> race;
  ~StopAtExit() {
    if (!race->ended) race->stop.emit(asio::cancellation_type::terminal);
  }
};

// Not a coroutine: g++ 12 destroys closures twice when they are temporaries beside a co_await.
std::shared_ptr<Race> start(const asio::any_io_executor& executor, log::EventLog& log, std::vector<log::Position> positions) {
  auto race = std::make_shared<Race>(executor);
  auto ended = [race](std::exception_ptr) {
    race->ended = true;
    race->decided.ring();
  };
  asio::co_spawn(executor, log.wait(std::move(positions)), asio::bind_cancellation_slot(race->stop.slot(), std::move(ended)));
  return race;
}

}  // namespace

asio::awaitable<void> wait_for_records(log::EventLog& log, std::vector<log::Position> positions, Notice::Clock::time_point deadline) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const StopAtExit race{start(executor, log, std::move(positions))};
  if (!race.race->ended) co_await race.race->decided.wait(deadline);
}

}  // namespace zhida::stores
