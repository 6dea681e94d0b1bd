#include "kafka/logs.hpp"
#include "platform/log/event_log_conformance.hpp"

namespace zhida::log {
namespace {

std::unique_ptr<EventLog> kafka(boost::asio::io_context& io, const std::filesystem::path&, Layout layout) {
  return test::open_kafka_log(io, test::kafka_settings(), std::move(layout));
}

// Whatever is waited for is read from the brokers all the same: nothing stays in memory.
std::unique_ptr<EventLog> uncached_kafka(boost::asio::io_context& io, const std::filesystem::path&, Layout layout) {
  KafkaSettings settings = test::kafka_settings();
  settings.cache_bytes = 0;
  settings.history_streams = 1;
  settings.compression = "zstd";
  return test::open_kafka_log(io, settings, std::move(layout));
}

std::string absence() { return test::KafkaBroker::absence(); }

INSTANTIATE_TEST_SUITE_P(Adapters, EventLogConformance,
                         testing::Values(Adapter{"KafkaLog", kafka, false, absence},
                                         Adapter{"UncachedKafkaLog", uncached_kafka, false, absence}),
                         [](const auto& adapter) { return adapter.param.name; });

}  // namespace
}  // namespace zhida::log
