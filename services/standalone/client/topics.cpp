#include "standalone/client/topics.hpp"

#include "platform/log/kafka_log.hpp"
#include "stores/topic_layout.hpp"

#include <fmt/format.h>
#include <boost/asio/io_context.hpp>

#include <cstdio>
#include <string>
#include <string_view>

namespace zhida::standalone {

void prepare_topics(const node::ClusterSettings& settings) {
  boost::asio::io_context context(1);
  const auto report = [](std::string_view what) { fmt::print(stderr, "zhida: {}\n", what); };
  const log::KafkaLog log(context.get_executor(), settings.kafka, stores::topic_layout(settings.partitions), report);
  fmt::print("{} topics are as they must be; log {}\n", log.layout().size(), log.id());
}

}  // namespace zhida::standalone
