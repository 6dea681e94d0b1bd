#include "platform/log/partition_owner.hpp"

#include "platform/runtime/graceful_stop.hpp"

#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace zhida::log {
namespace {

namespace asio = boost::asio;

// Within the ten seconds in which a stop has to be done, and well before the group would think the process dead.
constexpr std::chrono::milliseconds grace{3'000};

}  // namespace

PartitionOwner::PartitionOwner(asio::any_io_executor executor, EventLog& log, std::string group, std::vector<std::string> topics, Work work,
                               runtime::TaskGroup::FailureHandler on_failure, Report report)
    : executor_(std::move(executor)),
      log_(log),
      group_(std::move(group)),
      topics_(std::move(topics)),
      work_(std::move(work)),
      on_failure_(std::move(on_failure)),
      report_(std::move(report)) {}

asio::awaitable<void> PartitionOwner::run() {
  // A stop that comes while the group is joined is remembered.
  co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation(), asio::enable_terminal_cancellation());
  const std::unique_ptr<Membership> membership = (co_await log_.join(group_, topics_)).value();
  std::exception_ptr end;
  try {
    for (std::int64_t seen = -1;;) {
      const bool stopped = co_await runtime::stop_requested();
      if (!stopped && membership->assignment().generation != seen) {
        const Assignment assignment = membership->assignment();
        seen = assignment.generation;
        co_await work_on(assignment);
      }
      co_await runtime::wait_for_work(membership->changed(seen));
    }
  } catch (...) {
    end = std::current_exception();
  }
  // Cancelled: what follows must still be awaited.
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  const std::vector<std::int32_t> mine = std::exchange(partitions_, std::nullopt).value_or(std::vector<std::int32_t>());
  co_await give_up(mine);
  std::rethrow_exception(end);
}

asio::awaitable<void> PartitionOwner::work_on(const Assignment& assignment) {
  std::vector<std::int32_t> gone;
  for (const auto& [partition, group] : working_)
    if (!std::ranges::binary_search(assignment.partitions, partition)) gone.push_back(partition);
  partitions_ = assignment.partitions;
  for (const std::int32_t partition : assignment.partitions) {
    auto& group = working_[partition];
    if (group != nullptr) continue;
    group = std::make_unique<runtime::TaskGroup>(executor_, on_failure_);
    work_(partition, *group);
    if (report_) report_(partition, true);
  }
  co_await give_up(gone);
}

asio::awaitable<void> PartitionOwner::give_up(const std::vector<std::int32_t>& partitions) {
  const auto deadline = std::chrono::steady_clock::now() + grace;
  for (const std::int32_t partition : partitions)
    working_.at(partition)->stop(asio::cancellation_type::total);  // all at once: they finish side by side
  for (const std::int32_t partition : partitions) {
    co_await runtime::drain(*working_.at(partition), deadline);
    working_.erase(partition);
    if (report_) report_(partition, false);
  }
}

}  // namespace zhida::log
