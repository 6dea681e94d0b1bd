#pragma once

#include "platform/log/record.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/system/result.hpp>

#include <chrono>
#include <cstddef>
#include <functional>

namespace zhida::log {

/// Has a partition compacted, which only brokers can do and in their own time: lets them close the segment, and looks until every record
/// is the newest of its key.
struct KafkaCompaction {
  std::function<boost::asio::awaitable<boost::system::result<Range>>()> range;
  std::function<boost::asio::awaitable<boost::system::result<Batch>>(Offset from, Offset end)> read;
  /// Appends a record that makes the brokers close a segment older than `segment`.
  std::function<boost::asio::awaitable<boost::system::result<void>>()> roll;
  std::chrono::milliseconds segment;
  std::chrono::milliseconds limit;

  /// Errors: `busy` when it was not done within `limit`; those of its parts.
  boost::asio::awaitable<boost::system::result<void>> run();

 private:
  /// Records that are not the newest of their key, or as many as it takes to know that there are some.
  boost::asio::awaitable<boost::system::result<std::size_t>> stale();
};

}  // namespace zhida::log
