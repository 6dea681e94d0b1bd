#pragma once

#include "platform/log/kafka_client.hpp"
#include "platform/log/kafka_queue.hpp"
#include "platform/log/record.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/result.hpp>

#include <chrono>
#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <vector>

namespace zhida::log {

/// Reads older records from the brokers. Who reads a partition on from where it was read last finds the next records fetched already;
/// any other read begins at its offset. Up to three readers may be in different places of one partition at once.
/// Bounded: librdkafka fetches ahead no more than 2 MiB and a fetch for each of `history_streams`. Single-threaded.
class KafkaHistory : public std::enable_shared_from_this<KafkaHistory> {
 public:
  /// Blocks until connected, at most `request_limit`.
  KafkaHistory(boost::asio::any_io_executor executor, const KafkaSettings& settings, const PartitionIndex& partitions, std::string log_id);
  ~KafkaHistory();

  /// Records from `from` on, which lies before `end`, within `limits`; `end` as the brokers say.
  /// Errors: `trimmed`, `io` (nothing came in `request_limit`), kafka::Error::foreign_record.
  boost::asio::awaitable<boost::system::result<Batch>> read(std::size_t partition, Offset from, Offset end, ReadLimits limits);

  /// Stops what nobody has read on for `idle`.
  void forget(std::chrono::seconds idle);

  void close();

 private:
  struct Lane;
  struct Stream;

  boost::asio::awaitable<Stream*> take(std::size_t partition, Offset from);
  Stream* choose(std::size_t partition, Offset from);
  Stream& start(Lane& lane, std::size_t partition, Offset from);
  void stop(std::list<Stream>::iterator stream);
  void make_room();
  boost::asio::awaitable<boost::system::result<Batch>> collect(Stream& stream, Offset from, Offset end, ReadLimits limits);
  boost::asio::awaitable<bool> arrival(Stream& stream, std::chrono::steady_clock::time_point deadline);

  boost::asio::any_io_executor executor_;
  KafkaSettings settings_;
  const PartitionIndex& partitions_;
  std::string log_id_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::list<Stream> streams_;
  boost::asio::steady_timer freed_;  // used as a condition variable
  bool closed_ = false;
};

}  // namespace zhida::log
