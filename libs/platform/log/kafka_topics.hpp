#pragma once

#include "platform/log/kafka_client.hpp"
#include "platform/log/kafka_settings.hpp"
#include "platform/log/layout.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace zhida::log::kafka {

/// What a topic must be like: the configuration the brokers keep for it.
struct TopicRequirement {
  enum class Rule { equal, at_least };
  std::string name;
  std::string value;
  Rule rule = Rule::equal;
};
std::vector<TopicRequirement> requirements(const TopicLayout& topic, const KafkaSettings& settings);

/// A topic as the brokers have it.
struct TopicState {
  std::int32_t partitions = 0;
  std::int32_t fewest_replicas = 0;
  std::map<std::string, std::string> configuration;
};

/// What is wrong with `found`, a sentence each that says what to change. `name` with its prefix.
std::vector<std::string> objections(const std::string& name, const TopicLayout& wanted, const TopicState& found,
                                    const KafkaSettings& settings);

/// Asks the brokers about topics, and makes them. Blocks: for use before a service starts. Throws OpenError when they do not answer.
class TopicAdmin {
 public:
  TopicAdmin(rd_kafka_t& client, const KafkaSettings& settings) : client_(client), settings_(settings) {}

  /// Those of `layout` that there are, by their names without prefix; without their configuration.
  std::map<std::string, TopicState> find(const Layout& layout);

  /// Makes the topics and waits until they can be used. Another process may make them at the same time.
  void create(const Layout& missing);

  /// Throws OpenError with all objections to the topics of `layout`, which must be there.
  void verify(const Layout& layout);

 private:
  Metadata look();
  void throw_if_refused();
  void describe(const Layout& layout, std::map<std::string, TopicState>& states);
  Event ask(Queue& queue, int event_type, const char* what);

  rd_kafka_t& client_;
  const KafkaSettings& settings_;
};

}  // namespace zhida::log::kafka
