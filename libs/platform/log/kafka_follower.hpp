#pragma once

#include "platform/log/kafka_client.hpp"
#include "platform/log/kafka_queue.hpp"
#include "platform/log/record.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace zhida::log {

/// Follows the ends of the partitions somebody waits for: every new record arrives here as soon as it is durable.
/// Single-threaded; librdkafka's threads fetch.
class KafkaFollower {
 public:
  struct Events {
    /// Each record once, in order, without a hole since the partition was followed.
    std::function<void(std::size_t partition, RecordPtr record)> arrived;
    /// Everything before `next` has arrived; said after the records themselves.
    std::function<void(std::size_t partition, Offset next)> reached;
    /// The partition is followed no longer: the next to wait follows it anew, from its end then.
    std::function<void(std::size_t partition)> lost;
    std::function<void(std::string_view sentence)> report;
  };

  /// Blocks until connected, at most `request_limit`.
  KafkaFollower(boost::asio::any_io_executor executor, const KafkaSettings& settings, const PartitionIndex& partitions, std::string log_id,
                Events events);
  ~KafkaFollower();

  /// Follows from the end as it is now, unless it does so already.
  void follow(std::size_t partition);

  void unfollow(std::size_t partition);

  /// What was read last of a followed partition lies before it; none: not followed, or not known yet where its end is.
  std::optional<Offset> next(std::size_t partition) const;

  /// Why a partition is not read on, if so.
  boost::system::error_code error(std::size_t partition) const { return states_[partition].error; }

  rd_kafka_t* client() const { return client_.get(); }

 private:
  struct State {
    bool followed = false;
    Offset next = -1;  ///< −1: not known yet
    bool touched = false;
    boost::system::error_code error;
  };

  void handle(kafka::Event event);
  void message(const rd_kafka_message_t& message);
  void failure(rd_kafka_event_t& event);
  void reached(std::size_t partition, Offset next);
  void publish();

  KafkaSettings settings_;
  const PartitionIndex& partitions_;
  std::string log_id_;
  Events tell_;
  kafka::Client client_;
  kafka::Topics topics_;
  std::shared_ptr<kafka::EventQueue> main_;  // errors of the client
  std::shared_ptr<kafka::EventQueue> fetched_;
  std::vector<State> states_;
  std::vector<std::size_t> touched_;
  std::string last_report_;
};

}  // namespace zhida::log
