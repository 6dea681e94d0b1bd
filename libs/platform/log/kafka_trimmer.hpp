#pragma once

#include "platform/log/kafka_client.hpp"
#include "platform/log/kafka_queue.hpp"
#include "platform/log/record.hpp"
#include "platform/log/ticket.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/system/result.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace zhida::log {

/// Asks the brokers to delete the records of a partition before an offset. Single-threaded.
class KafkaTrimmer {
 public:
  /// `client` may be any; it must outlive this.
  KafkaTrimmer(boost::asio::any_io_executor executor, rd_kafka_t& client, std::chrono::milliseconds limit);
  ~KafkaTrimmer();

  /// Errors: `io`.
  boost::asio::awaitable<boost::system::result<void>> trim(std::string topic, std::int32_t partition, Offset before);

 private:
  void answer(rd_kafka_event_t& event);

  boost::asio::any_io_executor executor_;
  rd_kafka_t& client_;
  std::chrono::milliseconds limit_;
  std::shared_ptr<kafka::EventQueue> answers_;
  std::map<std::uintptr_t, Ticket<void>> waiting_;
  std::uintptr_t last_ = 0;
};

}  // namespace zhida::log
