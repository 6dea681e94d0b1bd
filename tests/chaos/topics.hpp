#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

struct rd_kafka_s;
struct rd_kafka_message_s;

namespace zhida::chaos {

/// Where a record stands.
using Place = std::tuple<std::string, std::int32_t, std::int64_t>;  ///< topic, partition, offset

/// A record as it lies in Kafka.
struct Raw {
  Place place;
  std::string key, value;
  std::vector<std::pair<std::string, std::string>> headers;

  std::string_view header(std::string_view name) const;
};

/// Kafka's own client without anything of ours around it.
class Topics {
 public:
  explicit Topics(const std::string& brokers);
  ~Topics();
  Topics(const Topics&) = delete;
  Topics& operator=(const Topics&) = delete;

  /// The partitions of the topics that there are, by topic; those of the brokers themselves left out.
  std::map<std::string, int> partitions() const;
  /// First offset and end. Throws std::runtime_error.
  std::pair<std::int64_t, std::int64_t> range(const std::string& topic, std::int32_t partition) const;

  /// Every record of all topics from the first to the end as it is now, each partition in its order. Throws std::runtime_error.
  void read_all(const std::function<void(const Raw&)>& take) const;
  /// Up to `count` records from `offset` on.
  std::vector<Raw> read(const std::string& topic, std::int32_t partition, std::int64_t offset, std::size_t count) const;

  /// Appends to the record's topic and partition; its place once it is durable. Throws std::runtime_error.
  Place append(const Raw& record) const;

 private:
  std::unique_ptr<rd_kafka_s, void (*)(rd_kafka_s*)> consumer() const;

  std::string brokers_;
  std::unique_ptr<rd_kafka_s, void (*)(rd_kafka_s*)> producer_;
};

}  // namespace zhida::chaos
