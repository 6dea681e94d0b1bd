#include "node/fold_watch.hpp"

#include "platform/runtime/graceful_stop.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <vector>

namespace zhida::node {
namespace {

constexpr std::chrono::milliseconds look_again{25};

}  // namespace

boost::asio::awaitable<void> watch_fold(stores::DeliveriesReader& deliveries, int partition) {
  namespace asio = boost::asio;
  asio::steady_timer pause(co_await asio::this_coro::executor);
  for (;;) {
    co_await deliveries.look(partition);
    pause.expires_after(look_again);
    co_await runtime::wait_for_work(pause.async_wait(asio::use_awaitable));
  }
}

bool profiles_ready(const stores::ProfileStore& profiles, const log::PartitionOwner& owner) {
  return std::ranges::all_of(owner.partitions().value_or(std::vector<std::int32_t>()),
                             [&profiles](std::int32_t partition) { return profiles.ready(partition); });
}

}  // namespace zhida::node
