#include "kafka/logs.hpp"

#include <fmt/core.h>

#include <unistd.h>

namespace zhida::test {

log::KafkaSettings kafka_settings() {
  static int count = 0;
  log::KafkaSettings settings;
  settings.brokers = KafkaBroker::shared().plain();
  settings.topic_prefix = fmt::format("test-{}-{}.", ::getpid(), ++count);
  settings.replication = 1;
  settings.min_in_sync = 1;
  settings.compacted_segment = std::chrono::milliseconds(50);
  return settings;
}

std::unique_ptr<log::KafkaLog> open_kafka_log(boost::asio::io_context& io, const log::KafkaSettings& settings, log::Layout layout) {
  return std::make_unique<log::KafkaLog>(io.get_executor(), settings, std::move(layout), log::KafkaLog::Report());
}

std::string refusal(const log::KafkaSettings& settings, log::Layout layout) {
  boost::asio::io_context io{1};
  try {
    open_kafka_log(io, settings, std::move(layout));
    return {};
  } catch (const log::OpenError& error) {
    return error.what();
  }
}

}  // namespace zhida::test
