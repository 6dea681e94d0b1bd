#pragma once

#include "effect/snapshot_reader.hpp"
#include "effect/verify/compare_counters.hpp"
#include "effect/verify/differences.hpp"
#include "effect/verify/served_counters.hpp"
#include "platform/log/event_log.hpp"
#include "platform/redis/client.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/system/result.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace zhida::effect_service::verify {

/// What checking needs.
struct CheckTools {
  log::EventLog& log;
  redis::Client& redis;
  SnapshotReader& snapshots;
  boost::asio::any_io_executor pool;
};

/// What was checked of one partition and what was found.
struct PartitionOutcome {
  Differences differences;
  std::uint64_t facts = 0;  ///< in the log, up to `at`
  std::uint64_t enterprises = 0;
  stores::PositionVector at;
};

/// Folds the log of one partition again and compares it with everything that Redis serves of it, value by value, while both go on.
///
/// Counters are read at one moment, with their position, and compared with a fold to exactly there. Ledgers are read bucket by bucket, each
/// again at one moment, and the fold goes on to exactly that position before it is compared. Enterprises are folded in slices of buckets,
/// each with its own pass over the log, so memory holds one slice.
class PartitionCheck {
 public:
  /// At most about `slice_enterprises` enterprises are in memory at once.
  PartitionCheck(CheckTools tools, int partition, std::size_t slice_enterprises)
      : tools_(tools), partition_(partition), slice_enterprises_(slice_enterprises) {}

  /// Errors: `unavailable` (the state is being folded, was replaced meanwhile, or belongs to another log), those of the log,
  /// `operation_aborted` when a stop was requested. Nothing was found out then: begin again.
  boost::asio::awaitable<boost::system::result<PartitionOutcome>> run();

 private:
  template <class T>
  using Result = boost::asio::awaitable<boost::system::result<T>>;

  Result<std::uint64_t> count_served();
  Result<void> check_slice(SliceChoice choice, std::uint32_t buckets_at_once);
  Result<void> advance(LogSlice& slice, stores::PositionVector& from, const stores::PositionVector& to);
  Result<Snapshot> read_buckets(std::uint32_t first, std::uint32_t end);
  void compare_bucket(const LogSlice& slice, std::uint32_t bucket, std::string_view bytes);

  CheckTools tools_;
  int partition_;
  std::size_t slice_enterprises_;
  ServedCounters served_;
  ExpectedCounters expected_;
  PartitionOutcome outcome_;
};

}  // namespace zhida::effect_service::verify
