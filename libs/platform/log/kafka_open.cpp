#include "platform/log/kafka_open.hpp"

#include "platform/log/kafka_client.hpp"
#include "platform/log/kafka_identity.hpp"
#include "platform/log/kafka_topics.hpp"
#include "platform/log/open_error.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

namespace zhida::log::kafka {
namespace {

std::string how_to_create(const TopicLayout& topic, const KafkaSettings& settings) {
  std::string command = fmt::format("kafka-topics --create --topic {}{} --partitions {} --replication-factor {}", settings.topic_prefix,
                                    topic.name, topic.partitions, settings.replication);
  for (const TopicRequirement& each : requirements(topic, settings)) command += fmt::format(" --config {}={}", each.name, each.value);
  return command;
}

Layout missing_from(const std::map<std::string, TopicState>& found, const Layout& layout) {
  Layout missing;
  std::ranges::copy_if(layout, std::back_inserter(missing), [&](const TopicLayout& topic) { return !found.contains(topic.name); });
  return missing;
}

void make(TopicAdmin& admin, const Layout& missing, const KafkaSettings& settings) {
  if (missing.empty()) return;
  if (settings.create_topics) return admin.create(missing);
  std::vector<std::string> sentences;
  for (const TopicLayout& topic : missing)
    sentences.push_back(fmt::format("topic {}{} is missing: {}", settings.topic_prefix, topic.name, how_to_create(topic, settings)));
  throw OpenError(fmt::format("{}", fmt::join(sentences, "; ")));
}

}  // namespace

std::string open_log(const KafkaSettings& settings, const PartitionIndex& partitions) {
  if (const std::vector<std::string> wrong = problems(settings); !wrong.empty())
    throw OpenError(fmt::format("the Kafka settings are wrong: {}", fmt::join(wrong, "; ")));
  const Client client = make_client(RD_KAFKA_PRODUCER, settings, RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR,
                                    {{"enable.idempotence", "true"}, {"acks", "all"}, {"linger.ms", "1"}, {"message.timeout.ms", "30000"}});
  TopicAdmin admin(*client, settings);
  Layout all = partitions.layout();
  all.push_back(identity_topic());
  const std::map<std::string, TopicState> found = admin.find(all);
  make(admin, missing_from(found, {identity_topic()}), settings);
  Identity identity(*client, settings);
  const Layout missing = missing_from(found, partitions.layout());
  std::vector<std::string> gone;
  for (const TopicLayout& topic : missing)
    if (identity.has_begun(topic.name)) gone.push_back(settings.topic_prefix + topic.name);
  if (!gone.empty())
    throw OpenError(fmt::format("log {} has lost topics ({}): restore them from a copy, or begin another log under another topic prefix",
                                identity.id(), fmt::join(gone, ", ")));
  make(admin, missing, settings);
  admin.verify(all);
  identity.open(partitions);
  return identity.id();
}

}  // namespace zhida::log::kafka
