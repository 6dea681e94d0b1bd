#pragma once

#include "platform/log/event_log.hpp"
#include "platform/log/open_error.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>

namespace zhida::log {

/// The log in one SQLite file (WAL, synchronous=FULL), for one process.
///
/// One thread writes: it gathers what is queued and commits it as one transaction, so an append waits
/// for at most the commit in progress and its own. Recent records stay in memory, so readers
/// at the tail never touch the file; older ones are read by a second thread. The awaiting executor does
/// no file work. While writing fails (disk full, file busy) appends get errors and reads go on;
/// when the cause is gone the log works again by itself.
class SqliteLog final : public EventLog {
 public:
  struct Options {
    std::size_t queue_bytes = 64U << 20U;  ///< appends wait while this much is unwritten
    std::size_t commit_bytes = 8U << 20U;  ///< bounds of one transaction: at most one append beyond either
    std::size_t commit_records = 10'000;
    std::size_t cache_bytes = 64U << 20U;         ///< recent records kept in memory, over all partitions
    std::size_t record_bytes = 16U << 20U;        ///< larger ones are refused
    std::chrono::milliseconds busy_limit{2'000};  ///< how long to wait for another process' lock on the file
  };

  /// Opens `file` or makes it, with the topics of `layout`. Throws OpenError if another process has it
  /// open, its layout or format differs, or it cannot be read; std::invalid_argument for an invalid layout.
  /// `executor` must be single-threaded or a strand.
  SqliteLog(boost::asio::any_io_executor executor, std::filesystem::path file, Layout layout);
  SqliteLog(boost::asio::any_io_executor executor, std::filesystem::path file, Layout layout, Options options);

  /// Ends after the transaction in hand; appends not yet written complete with operation_aborted.
  ~SqliteLog() override;

  using EventLog::wait;
  const std::string& id() const override;
  const Layout& layout() const override;
  Awaitable<std::vector<Offset>> append(std::vector<NewRecord> records) override;
  std::size_t queued_bytes() const override;
  Awaitable<Batch> read(std::string_view topic, std::int32_t partition, Offset from, ReadLimits limits) override;
  boost::asio::awaitable<void> wait(std::vector<Position> positions) override;
  Awaitable<Range> range(std::string_view topic, std::int32_t partition) override;
  Awaitable<std::unique_ptr<Membership>> join(std::string_view group, std::vector<std::string> topics) override;
  Awaitable<void> compact(std::string_view topic) override;
  Awaitable<void> trim(std::string_view topic, std::int32_t partition, Offset before) override;
  Awaitable<void> backup(std::filesystem::path file) override;

 private:
  class Core;
  std::shared_ptr<Core> core_;
};

}  // namespace zhida::log
