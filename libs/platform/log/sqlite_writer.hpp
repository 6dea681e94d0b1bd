#pragma once

#include "platform/log/byte_gate.hpp"
#include "platform/log/partition_index.hpp"
#include "platform/log/record.hpp"
#include "platform/log/sqlite.hpp"
#include "platform/log/sqlite_log.hpp"
#include "platform/log/ticket.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/system/error_code.hpp>

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace zhida::log {

/// One append on its way to the file.
struct AppendJob {
  std::vector<NewRecord> records;
  std::vector<std::uint32_t> partitions;  ///< index of each record's partition
  std::size_t bytes = 0;
  ByteGate::Pass pass;
  Ticket<std::vector<Offset>> ticket;

  std::vector<RecordPtr> stored;  ///< once written
  boost::system::error_code error;
};

/// Work on the file that comes between appends: returns true while it wants to be called again.
/// Errors are thrown; sqlite::Failure leaves the writer usable.
using Upkeep = std::function<bool(sqlite::Database& database)>;

/// An upkeep and whom to tell how it ended, on the executor.
struct UpkeepJob {
  Upkeep work;
  std::function<void(boost::system::error_code)> done;
};

/// The one thread that writes: gathers queued appends into transactions.
/// Everything it was given it gives back on the executor, in order of commits.
class SqliteWriter {
 public:
  /// Called on the executor after each transaction, whether it succeeded or not.
  using Committed = std::function<void(std::vector<AppendJob> jobs)>;

  SqliteWriter(boost::asio::any_io_executor executor, sqlite::Database database, const PartitionIndex& partitions, std::vector<Offset> ends,
               const SqliteLog::Options& options, Committed committed);

  /// Ends after the transaction in hand.
  ~SqliteWriter();

  void append(AppendJob job);
  void upkeep(UpkeepJob job);

 private:
  void work();
  std::vector<AppendJob> take();
  void commit(std::vector<AppendJob>& jobs);
  void insert(AppendJob& job);
  void one_upkeep();

  boost::asio::any_io_executor executor_;
  sqlite::Database database_;
  const PartitionIndex& partitions_;
  SqliteLog::Options options_;
  std::shared_ptr<Committed> committed_;

  // The writer thread's own.
  std::vector<Offset> ends_;
  std::vector<std::optional<sqlite::Statement>> inserts_;
  std::optional<sqlite::Statement> begin_, commit_;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<AppendJob> queue_;
  std::deque<UpkeepJob> upkeep_;
  bool stopping_ = false;
  std::thread thread_;
};

/// What an error of SQLite means to callers of the log.
boost::system::error_code to_error(const sqlite::Failure& failure);

}  // namespace zhida::log
