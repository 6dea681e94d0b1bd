#pragma once

#include "platform/log/ticket.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <atomic>
#include <filesystem>
#include <thread>

namespace zhida::log {

/// Copies a log file, as it is at one moment, on a thread of its own while the log is in use.
class SqliteBackup {
 public:
  /// Begins at once; `ticket` is answered on `executor` when the copy is durable.
  SqliteBackup(boost::asio::any_io_executor executor, std::filesystem::path from, std::filesystem::path to, Ticket<void> ticket);

  /// Gives up a copy under way.
  ~SqliteBackup();

  bool ended() const { return ended_; }

 private:
  boost::system::error_code copy();

  std::filesystem::path from_;
  std::filesystem::path to_;
  std::atomic<bool> stopping_ = false;
  std::atomic<bool> ended_ = false;
  std::thread thread_;
};

}  // namespace zhida::log
