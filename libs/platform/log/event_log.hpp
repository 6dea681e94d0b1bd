#pragma once

#include "platform/log/error.hpp"
#include "platform/log/layout.hpp"
#include "platform/log/record.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/system/result.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace zhida::log {

/// Partitions a process owns in a consumer group.
struct Assignment {
  std::vector<std::int32_t> partitions;  ///< ascending
  std::int64_t generation = 0;           ///< another number, another assignment
};

/// Being part of a consumer group; ends with the object.
class Membership {
 public:
  virtual ~Membership() = default;

  virtual const Assignment& assignment() const = 0;

  /// Waits until the assignment is not that of `generation`. Cancellable (throws operation_aborted).
  virtual boost::asio::awaitable<void> changed(std::int64_t generation) = 0;
};

/// The event log: the only truth of the system. Topics of partitions of records, append only.
///
/// - A successful `append` means durable: the records survive a crash of process and machine.
/// - A reader sees a record only once it is durable, each partition in one order, the same for all.
/// - Records of one append to one partition keep their order; of two appends, one awaited before the
///   other is begun, too.
/// - Groups divide partitions; positions are the readers' own affair (stored beside their state).
///
/// All members are to be used from the executor the adapter was made with, and awaited there.
/// Implementations: sqlite_log, kafka_log, memory_log. What holds for all of them is tests/platform/log/event_log_conformance.
class EventLog {
 public:
  template <class T>
  using Awaitable = boost::asio::awaitable<boost::system::result<T>>;

  virtual ~EventLog() = default;

  /// The log's name for life (`zhida_log`): every record read from this log belongs to it.
  /// A log made anew has another.
  virtual const std::string& id() const = 0;

  virtual const Layout& layout() const = 0;

  /// Appends `records`, to any topics and partitions, and returns their offsets in the same order once they are durable.
  /// Waits while too much is queued. Errors: `unknown_partition`, `too_large`: nothing is appended;
  /// `no_space`, `busy`, `io`: not acknowledged; try again later, records must be harmless when doubled.
  /// Cancelling ends only the wait: the records may still be appended.
  virtual Awaitable<std::vector<Offset>> append(std::vector<NewRecord> records) = 0;

  /// Bytes of appends that are not yet answered: they grow when brokers or the disk do not keep up. 0 where nothing ever waits.
  virtual std::size_t queued_bytes() const { return 0; }

  /// The records at or beyond `from`, at once: an empty batch when there are none yet.
  /// Errors: `unknown_partition`, `trimmed`, `beyond_end`, `io`. `from` may lie in a gap.
  virtual Awaitable<Batch> read(std::string_view topic, std::int32_t partition, Offset from, ReadLimits limits = ReadLimits()) = 0;

  /// Waits until one of `positions` has a record to read (its end lies beyond `next`), at once if it is so already.
  /// Throws operation_aborted when cancelled; fit for runtime::wait_for_work. An unknown partition throws std::out_of_range.
  virtual boost::asio::awaitable<void> wait(std::vector<Position> positions) = 0;

  /// The same for one partition.
  boost::asio::awaitable<void> wait(std::string_view topic, std::int32_t partition, Offset next);

  /// Start and end of a partition. Every acknowledged record lies before `end`.
  virtual Awaitable<Range> range(std::string_view topic, std::int32_t partition) = 0;

  /// Takes part in `group`: members share the partitions of `topics`, which must have equally many,
  /// so that one owner has partition p of each. Errors: `unknown_partition` if they have not.
  virtual Awaitable<std::unique_ptr<Membership>> join(std::string_view group, std::vector<std::string> topics) = 0;

  /// Removes every record that is not the newest of its key; tombstones stay. Removed values cannot be
  /// read back from storage. Error: `unsupported` unless the topic is `compacted`.
  virtual Awaitable<void> compact(std::string_view topic) = 0;

  /// Removes the records of a partition before `before`, which must not lie beyond the end (`beyond_end`).
  virtual Awaitable<void> trim(std::string_view topic, std::int32_t partition, Offset before) = 0;

  /// Copies the log as it is at one moment to a new file, while it is in use. Error: `unsupported`; `io` also if the file exists.
  virtual Awaitable<void> backup(std::filesystem::path file) = 0;
};

}  // namespace zhida::log
