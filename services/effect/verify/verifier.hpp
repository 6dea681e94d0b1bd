#pragma once

#include "effect/verify/job.hpp"
#include "effect/verify/partition_check.hpp"
#include "stores/notice.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>

namespace zhida::effect_service::verify {

/// Does jobs, one at a time, in the background. Use from the executor's thread.
class Verifier {
 public:
  struct Settings {
    std::size_t slice_enterprises = 25'000;      ///< in memory at once
    std::chrono::milliseconds patience{10'000};  ///< with a partition that cannot be read now
  };
  /// Told when a job is over.
  using Report = std::function<void(const Job&)>;

  Verifier(boost::asio::any_io_executor executor, CheckTools tools, Report report, Settings settings)
      : tools_(tools), report_(std::move(report)), settings_(settings), changed_(std::move(executor)) {}

  /// Does what `begin` asked for, until a stop; spawn it in a TaskGroup. A stop ends a running job as failed.
  boost::asio::awaitable<void> run();

  /// A new job `id` (new_job_id); null while another one waits or runs.
  std::shared_ptr<const Job> begin(std::string id, std::string asked_by);
  /// The last sixteen jobs, the newest last.
  const std::list<std::shared_ptr<Job>>& jobs() const { return jobs_; }
  /// Whether one is being worked at.
  bool running() const { return !jobs_.empty() && jobs_.back()->state == Job::State::running; }
  /// One of the last sixteen jobs, or null.
  std::shared_ptr<const Job> find(std::string_view id) const;
  std::shared_ptr<const Job> find_asked_by(std::string_view asked_by) const;

  /// Waits until `job` is over; false if `deadline` came first.
  boost::asio::awaitable<bool> wait(std::shared_ptr<const Job> job, stores::Notice::Clock::time_point deadline);
  /// Waits until a job was begun or is over; false if `deadline` came first.
  boost::asio::awaitable<bool> changed(stores::Notice::Clock::time_point deadline) { return changed_.wait(deadline); }

 private:
  boost::asio::awaitable<void> work(Job& job);
  boost::asio::awaitable<boost::system::result<PartitionOutcome>> check(int partition);

  CheckTools tools_;
  Report report_;
  Settings settings_;
  std::list<std::shared_ptr<Job>> jobs_;
  stores::Notice changed_;
};

}  // namespace zhida::effect_service::verify
