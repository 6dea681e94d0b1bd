#pragma once

#include "platform/log/kafka_client.hpp"
#include "platform/log/record.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/system/result.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace zhida::log {

/// The first record of every partition is the adapter's own (kafka::begun_marker), at offset 0: a partition that holds nothing else is
/// empty to readers, and a range that begins there begins at 0.
inline Offset without_marker(Offset offset) { return offset <= 1 ? 0 : offset; }

/// Asks the brokers where partitions begin and end. librdkafka can only be asked by a call that waits, so one thread does.
///
/// It has connections of its own: on those of a reader a question waits behind the fetch that waits for new records.
class KafkaRanges {
 public:
  KafkaRanges(boost::asio::any_io_executor executor, const KafkaSettings& settings);
  /// Waits for a question that is being asked: at most a few seconds.
  ~KafkaRanges();

  /// Errors: `io`.
  boost::asio::awaitable<boost::system::result<Range>> ask(std::string topic, std::int32_t partition);

 private:
  boost::asio::any_io_executor executor_;
  std::chrono::milliseconds limit_;
  kafka::Client client_;
  std::atomic<bool> stopping_ = false;
  boost::asio::thread_pool thread_{1};
};

}  // namespace zhida::log
