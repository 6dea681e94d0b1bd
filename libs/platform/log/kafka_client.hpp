#pragma once

#include "platform/log/kafka_handle.hpp"
#include "platform/log/kafka_settings.hpp"
#include "platform/log/partition_index.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

namespace zhida::log::kafka {

/// librdkafka's own settings: its CONFIGURATION.md.
using Properties = std::initializer_list<std::pair<const char*, std::string>>;

/// A client with events instead of callbacks (`events`: mask of RD_KAFKA_EVENT_*). Does not connect yet.
/// Throws OpenError with librdkafka's reason.
Client make_client(rd_kafka_type_t type, const KafkaSettings& settings, int events, Properties properties);

/// A client that reads partitions where it is told to, in no group. At a partition's end the brokers keep it waiting for `patience`; only
/// then it hears that it is the end.
Client make_reader(const KafkaSettings& settings, std::size_t queued_kilobytes, std::size_t fetch_bytes,
                   std::chrono::milliseconds patience);

/// The topics of a layout as one client knows them, by partition index.
class Topics {
 public:
  Topics(rd_kafka_t& client, const KafkaSettings& settings, const PartitionIndex& partitions);

  rd_kafka_topic_t* topic(std::size_t index) const { return topics_[places_[index].topic].get(); }
  std::int32_t partition(std::size_t index) const { return places_[index].partition; }

  /// The index of the partition a message or an error event of this client speaks of.
  std::size_t index_of(const rd_kafka_message_t& message) const;
  std::size_t index_of(const char* topic, std::int32_t partition) const;

 private:
  struct Place {
    std::size_t topic;
    std::int32_t partition;
  };

  std::vector<Topic> topics_;
  std::vector<std::size_t> first_;
  std::vector<Place> places_;
};

/// Begins to read a partition from `offset` on into `queue`. Throws `system_error` if librdkafka will not: no partition of a layout gives
/// it a reason to.
void start_reading(const Topics& topics, std::size_t index, std::int64_t offset, rd_kafka_queue_t& queue);

/// Connects and asks who leads the topics the client has handles for, which it would do by itself only a second later. Blocks, at most
/// `limit`; says nothing when nobody answers.
void get_ready(rd_kafka_t& client, std::chrono::milliseconds limit);

/// Brokers' errors that say that the offset asked for is not, or no longer, there.
bool is_out_of_range(rd_kafka_resp_err_t error);

}  // namespace zhida::log::kafka
