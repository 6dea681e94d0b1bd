#pragma once

#include "effect/verify/partition_check.hpp"
#include "stores/deliveries/deliveries_reader.hpp"
#include "stores/notice.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>

namespace zhida::effect_service::verify {

/// One comparison of everything that is served with the log.
struct Job {
  enum class State { waiting, running, done, failed };

  std::string id;
  std::string asked_by;  ///< key id and Idempotency-Key; empty = without one
  State state = State::waiting;
  std::string failure;  ///< why it failed: nothing is known then
  Differences differences;
  std::uint64_t facts = 0;
  std::uint64_t enterprises = 0;
  std::chrono::milliseconds took{0};
  stores::FoldedTo compared_at;  ///< positions of the compared counters

  bool over() const { return state == State::done || state == State::failed; }
};

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

  /// A new job; null while another one waits or runs.
  std::shared_ptr<const Job> begin(std::string asked_by);
  /// One of the last sixteen jobs, or null.
  std::shared_ptr<const Job> find(std::string_view id) const;
  std::shared_ptr<const Job> find_asked_by(std::string_view asked_by) const;

  /// Waits until `job` is over; false if `deadline` came first.
  boost::asio::awaitable<bool> wait(std::shared_ptr<const Job> job, stores::Notice::Clock::time_point deadline);

 private:
  boost::asio::awaitable<void> work(Job& job);
  boost::asio::awaitable<boost::system::result<PartitionOutcome>> check(int partition);

  CheckTools tools_;
  Report report_;
  Settings settings_;
  std::list<std::shared_ptr<Job>> jobs_;  // the newest last
  stores::Notice changed_;
};

}  // namespace zhida::effect_service::verify
