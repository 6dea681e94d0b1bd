#pragma once

#include "platform/log/event_log.hpp"
#include "platform/log/partition_index.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <memory>
#include <utility>

namespace zhida::log {

/// Membership where there is only one process: it owns every partition, for ever.
class SoleMembership final : public Membership {
 public:
  explicit SoleMembership(std::int32_t partitions) {
    for (std::int32_t p = 0; p < partitions; ++p) assignment_.partitions.push_back(p);
    assignment_.generation = 1;
  }

  /// See EventLog::join.
  static boost::system::result<std::unique_ptr<Membership>> of(const PartitionIndex& partitions, const std::vector<std::string>& topics) {
    std::int32_t count = 0;
    for (const std::string& name : topics) {
      const TopicLayout* topic = partitions.topic(name);
      if (!topic || (count != 0 && topic->partitions != count)) return Error::unknown_partition;
      count = topic->partitions;
    }
    return std::unique_ptr<Membership>(std::make_unique<SoleMembership>(count));
  }

  const Assignment& assignment() const override { return assignment_; }

  boost::asio::awaitable<void> changed(std::int64_t generation) override {
    namespace asio = boost::asio;
    if (generation != assignment_.generation) co_return;
    asio::steady_timer never(co_await asio::this_coro::executor, asio::steady_timer::time_point::max());
    co_await never.async_wait(asio::as_tuple(asio::use_awaitable));
    throw boost::system::system_error(asio::error::operation_aborted);
  }

 private:
  Assignment assignment_;
};

}  // namespace zhida::log
