#pragma once

#include "platform/log/kafka_client.hpp"
#include "platform/log/kafka_settings.hpp"
#include "platform/log/layout.hpp"
#include "platform/log/record.hpp"

#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace zhida::log::kafka {

/// The topic in which a log keeps its own name: `zhida-log` after the prefix.
TopicLayout identity_topic();

/// Who the log is: the first record of its identity topic, whoever wrote it first; and which topics it has begun.
/// Blocks: for use before a service starts. Throws OpenError.
class Identity {
 public:
  /// Reads the identity, and gives the log one if it has none.
  Identity(rd_kafka_t& producer, const KafkaSettings& settings);

  const std::string& id() const { return id_; }
  bool has_begun(const std::string& topic) const { return begun_.contains(topic); }

  /// Puts the first record (`begun_marker`) in every partition of the topics that are not begun and empty, and remembers them as begun.
  /// Refuses those that hold another log's records, and begun ones that have lost their first record: made anew, or trimmed
  /// though not kept for days.
  void open(const PartitionIndex& partitions);

 private:
  struct First {
    bool known = false;
    bool empty = false;
    std::int64_t offset = 0;  ///< of the first record, or where the next one goes
    std::string log_id;
    bool marker = false;
  };

  void read();
  rd_kafka_topic_t* handle(const TopicLayout& topic);
  void send(const TopicLayout& topic, std::int32_t partition, NewRecord record);
  void flush();
  std::vector<First> firsts(const PartitionIndex& partitions);
  std::string objection(const std::string& place, const TopicLayout& topic, const First& first) const;

  rd_kafka_t& producer_;
  const KafkaSettings& settings_;
  std::string id_;
  std::set<std::string> begun_;
  std::map<std::string, Topic> handles_;
  std::deque<NewRecord> sent_;  // not acknowledged yet
};

}  // namespace zhida::log::kafka
