#pragma once

#include "platform/log/partition_index.hpp"
#include "platform/log/record.hpp"
#include "platform/log/sqlite.hpp"
#include "platform/log/ticket.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace zhida::log {

/// The thread that reads older records from the file.
class SqliteReader {
 public:
  struct Job {
    std::size_t partition = 0;
    Offset from = 0;
    Offset end = 0;  ///< records from here on are not published yet
    ReadLimits limits;
    Ticket<Batch> ticket;
  };

  SqliteReader(boost::asio::any_io_executor executor, sqlite::Database database, const PartitionIndex& partitions);

  /// Ends after the read in hand.
  ~SqliteReader();

  void read(Job job);

 private:
  void work();
  Batch fetch(const Job& job);

  boost::asio::any_io_executor executor_;
  sqlite::Database database_;
  const PartitionIndex& partitions_;
  std::vector<std::optional<sqlite::Statement>> selects_;  // the reader thread's own

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> queue_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace zhida::log
