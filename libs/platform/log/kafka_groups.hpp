#pragma once

#include "platform/log/event_log.hpp"
#include "platform/log/kafka_group.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <memory>
#include <string>
#include <vector>

namespace zhida::log {

/// The parts one log has in consumer groups. Single-threaded.
class KafkaGroups : public std::enable_shared_from_this<KafkaGroups> {
 public:
  KafkaGroups(boost::asio::any_io_executor executor, KafkaSettings settings, KafkaGroup::Report report);

  /// Joins `group`, which divides the partitions of `topic`; see KafkaLog.
  EventLog::Awaitable<std::unique_ptr<Membership>> join(std::string group, std::string topic);

  /// Leaves all groups. Blocks until they know, at most Departures::limit.
  void close();

 private:
  boost::asio::any_io_executor executor_;
  KafkaSettings settings_;
  KafkaGroup::Report report_;
  std::shared_ptr<kafka::Departures> departures_;
  std::vector<std::weak_ptr<KafkaGroup>> groups_;
};

}  // namespace zhida::log
