#pragma once

#include "platform/log/event_log.hpp"
#include "platform/runtime/task_group.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace zhida::log {

/// Does a work for every partition that this process owns in a consumer group: begins it when a partition comes, ends it when it goes.
///
/// For a moment another process may do the same work for the same partition, so the work itself must be harmless when done twice.
class PartitionOwner {
 public:
  /// Spawns what is to be done for a partition: tasks that end after the unit in hand when asked to stop gracefully, not by themselves.
  using Work = std::function<void(std::int32_t partition, runtime::TaskGroup& tasks)>;
  /// Told when a partition comes or goes.
  using Report = std::function<void(std::int32_t partition, bool mine)>;

  /// `log` must outlive the owner. A task that fails is told to `on_failure`.
  PartitionOwner(boost::asio::any_io_executor executor, EventLog& log, std::string group, std::vector<std::string> topics, Work work,
                 runtime::TaskGroup::FailureHandler on_failure, Report report = {});

  /// Joins the group and works until cancelled; a graceful stop ends the works in hand, then leaves the group.
  /// Throws `system_error` if the group cannot be joined.
  boost::asio::awaitable<void> run();

  const std::string& group() const { return group_; }

  /// The partitions owned, ascending; nothing before the group has said which.
  const std::optional<std::vector<std::int32_t>>& partitions() const { return partitions_; }

 private:
  boost::asio::awaitable<void> work_on(const Assignment& assignment);
  boost::asio::awaitable<void> give_up(const std::vector<std::int32_t>& partitions);

  boost::asio::any_io_executor executor_;
  EventLog& log_;
  std::string group_;
  std::vector<std::string> topics_;
  Work work_;
  runtime::TaskGroup::FailureHandler on_failure_;
  Report report_;
  std::optional<std::vector<std::int32_t>> partitions_;
  std::map<std::int32_t, std::unique_ptr<runtime::TaskGroup>> working_;
};

}  // namespace zhida::log
