#pragma once

#include "platform/log/partition_index.hpp"
#include "platform/log/record.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <cstddef>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

namespace zhida::log {

/// Wakes those who wait for the end of a partition to move. Partitions by index. Single-threaded.
class TailWatch : public std::enable_shared_from_this<TailWatch> {
 public:
  struct Target {
    std::size_t partition;
    Offset next;
  };

  explicit TailWatch(std::size_t partitions) : ends_(partitions), waiting_(partitions) {}

  Offset end(std::size_t partition) const { return ends_[partition]; }
  bool is_waited_for(std::size_t partition) const { return !waiting_[partition].empty(); }

  void set_end(std::size_t partition, Offset end) {
    ends_[partition] = end;
    for (Waiter* waiter : waiting_[partition]) waiter->look(partition, end);
  }

  /// Waits until a target's partition ends beyond its `next`. Throws operation_aborted when cancelled or closed.
  boost::asio::awaitable<void> wait(std::vector<Target> targets) {
    const auto self = shared_from_this();
    for (const Target& target : targets)
      if (ends_[target.partition] > target.next) co_return;
    if (!closed_) {
      const boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
      Waiter waiter(*this, executor, std::move(targets));
      co_await waiter.timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));  // ends by cancellation only
      if (waiter.woken) co_return;
    }
    throw boost::system::system_error(boost::asio::error::operation_aborted);
  }

  void close() {
    closed_ = true;
    for (auto& partition : waiting_)
      for (Waiter* waiter : partition) waiter->timer.cancel();
  }

 private:
  struct Waiter {
    Waiter(TailWatch& owner, const boost::asio::any_io_executor& executor, std::vector<Target> wanted)
        : watch(owner), targets(std::move(wanted)), timer(executor, boost::asio::steady_timer::time_point::max()) {
      for (const Target& target : targets) watch.waiting_[target.partition].push_back(this);
    }
    ~Waiter() {
      for (const Target& target : targets) std::erase(watch.waiting_[target.partition], this);
    }
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;

    void look(std::size_t partition, Offset end) {
      if (woken) return;
      for (const Target& target : targets) woken = woken || (target.partition == partition && end > target.next);
      if (woken) timer.cancel();
    }

    TailWatch& watch;
    std::vector<Target> targets;
    bool woken = false;
    boost::asio::steady_timer timer;  // used as a condition variable
  };

  std::vector<Offset> ends_;
  std::vector<std::vector<Waiter*>> waiting_;
  bool closed_ = false;
};

/// Throws std::out_of_range for a partition that is not in `partitions`.
inline std::vector<TailWatch::Target> targets(const PartitionIndex& partitions, const std::vector<Position>& positions) {
  std::vector<TailWatch::Target> found;
  for (const Position& position : positions) {
    const std::size_t index = partitions.find(position.topic, position.partition);
    if (index == PartitionIndex::none) throw std::out_of_range("the log has no topic or partition " + position.topic);
    found.push_back({index, position.next});
  }
  return found;
}

}  // namespace zhida::log
