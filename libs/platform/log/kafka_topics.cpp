#include "platform/log/kafka_topics.hpp"

#include "platform/log/open_error.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <thread>

namespace zhida::log::kafka {
namespace {

using namespace std::chrono_literals;

constexpr auto open_limit = 30s;
constexpr int open_limit_ms = 30'000;
constexpr std::int64_t ms_per_day = 86'400'000;
constexpr const char* a_century_ms = "3153600000000";

std::optional<std::int64_t> number(const std::string& text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool holds(const TopicRequirement& wanted, const std::string& found) {
  if (wanted.rule == TopicRequirement::Rule::equal) return found == wanted.value;
  const auto least = number(wanted.value);
  const auto value = number(found);
  return least && value && *value >= *least;
}

/// Before 2.6.1 librdkafka repeats the nonce in its proof, which brokers take no longer since Kafka 4 (librdkafka #4895).
std::string limit_of_scram(const KafkaSettings& settings) {
  if (!settings.sasl_mechanism.starts_with("SCRAM") || rd_kafka_version() >= 0x020601ff) return {};
  return fmt::format("; besides, librdkafka {} cannot log in by SCRAM to Kafka 4 and later: use PLAIN over sasl_ssl, or a certificate",
                     rd_kafka_version_str());
}

}  // namespace

std::vector<TopicRequirement> requirements(const TopicLayout& topic, const KafkaSettings& settings) {
  using Rule = TopicRequirement::Rule;
  std::vector<TopicRequirement> wanted = {
      {"min.insync.replicas", std::to_string(settings.min_in_sync), Rule::at_least},
      {"unclean.leader.election.enable", "false", Rule::equal},
      {"max.message.bytes", std::to_string(settings.record_bytes + (64U << 10U)), Rule::at_least},
      {"message.timestamp.type", "LogAppendTime", Rule::equal},
  };
  switch (topic.retention.kind) {
    case Retention::Kind::forever:
      wanted.push_back({"cleanup.policy", "delete", Rule::equal});
      wanted.push_back({"retention.ms", "-1", Rule::equal});
      wanted.push_back({"retention.bytes", "-1", Rule::equal});
      break;
    case Retention::Kind::days:
      wanted.push_back({"cleanup.policy", "delete", Rule::equal});
      wanted.push_back({"retention.ms", std::to_string(topic.retention.days * ms_per_day), Rule::equal});
      wanted.push_back({"retention.bytes", "-1", Rule::equal});
      break;
    case Retention::Kind::compacted:
      wanted.push_back({"cleanup.policy", "compact", Rule::equal});
      wanted.push_back({"delete.retention.ms", a_century_ms, Rule::at_least});  // tombstones stay
      break;
  }
  return wanted;
}

std::vector<std::string> objections(const std::string& name, const TopicLayout& wanted, const TopicState& found,
                                    const KafkaSettings& settings) {
  std::vector<std::string> sentences;
  if (found.partitions != wanted.partitions)
    sentences.push_back(
        fmt::format("topic {} has {} partitions, {} are wanted: a log's partitions never change, so set the wanted number to {}, or begin "
                    "another log under another topic prefix",
                    name, found.partitions, wanted.partitions, found.partitions));
  if (found.fewest_replicas < settings.replication)
    sentences.push_back(
        fmt::format("topic {} has {} replicas, {} are wanted: give it more with kafka-reassign-partitions, or set the wanted "
                    "replication to {}",
                    name, found.fewest_replicas, settings.replication, found.fewest_replicas));
  for (const TopicRequirement& each : requirements(wanted, settings)) {
    const auto has = found.configuration.find(each.name);
    const std::string value = has == found.configuration.end() ? "(nothing)" : has->second;
    if (holds(each, value)) continue;
    sentences.push_back(fmt::format("topic {} has {}={}, {}{} is wanted: kafka-configs --alter --topic {} --add-config {}={}", name,
                                    each.name, value, each.rule == TopicRequirement::Rule::at_least ? "at least " : "", each.value, name,
                                    each.name, each.value));
  }
  return sentences;
}

Event TopicAdmin::ask(Queue& queue, int event_type, const char* what) {
  Event event(rd_kafka_queue_poll(queue.get(), open_limit_ms + 5'000));
  if (!event || rd_kafka_event_type(event.get()) != event_type) throw OpenError(fmt::format("the Kafka brokers did not answer: {}", what));
  if (const rd_kafka_resp_err_t error = rd_kafka_event_error(event.get()))
    throw OpenError(fmt::format("the Kafka brokers refused: {}: {}", what,
                                rd_kafka_event_error_string(event.get()) ? rd_kafka_event_error_string(event.get()) : text(error)));
  return event;
}

// A login or a certificate that is refused will be so again: whoever waits learns nothing more.
void TopicAdmin::throw_if_refused() {
  const Queue queue(rd_kafka_queue_get_main(&client_));
  while (const Event event{rd_kafka_queue_poll(queue.get(), 0)}) {
    if (rd_kafka_event_type(event.get()) != RD_KAFKA_EVENT_ERROR) continue;
    const rd_kafka_resp_err_t error = rd_kafka_event_error(event.get());
    const char* const reason = rd_kafka_event_error_string(event.get());
    const std::string why = reason ? reason : text(error);
    if (error == RD_KAFKA_RESP_ERR__AUTHENTICATION)
      throw OpenError(fmt::format("the Kafka brokers of {} refuse the login of user \"{}\": {}{}", settings_.brokers, settings_.username,
                                  why, limit_of_scram(settings_)));
    if (error == RD_KAFKA_RESP_ERR__SSL)
      throw OpenError(fmt::format("there is no trusted connection to the Kafka brokers of {}: {}", settings_.brokers, why));
  }
}

Metadata TopicAdmin::look() {
  const auto deadline = std::chrono::steady_clock::now() + open_limit;
  for (;;) {
    const rd_kafka_metadata_t* answer = nullptr;
    const rd_kafka_resp_err_t error = rd_kafka_metadata(&client_, 1, nullptr, &answer, 1'000);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return Metadata(answer);
    throw_if_refused();
    if (std::chrono::steady_clock::now() > deadline)
      throw OpenError(fmt::format("no Kafka broker of {} answered within {} s: {}", settings_.brokers, open_limit.count(), text(error)));
  }
}

std::map<std::string, TopicState> TopicAdmin::find(const Layout& layout) {
  const Metadata metadata = look();
  std::map<std::string, TopicState> found;
  for (int i = 0; i < metadata->topic_cnt; ++i) {
    const rd_kafka_metadata_topic_t& topic = metadata->topics[i];
    const auto wanted =
        std::ranges::find_if(layout, [&](const TopicLayout& each) { return settings_.topic_prefix + each.name == topic.topic; });
    if (wanted == layout.end() || topic.err) continue;
    TopicState& state = found[wanted->name];
    state.partitions = topic.partition_cnt;
    state.fewest_replicas = topic.partition_cnt > 0 ? topic.partitions[0].replica_cnt : 0;
    for (int p = 0; p < topic.partition_cnt; ++p) {
      if (topic.partitions[p].leader < 0) state.partitions = 0;  // not all can be used yet
      state.fewest_replicas = std::min(state.fewest_replicas, topic.partitions[p].replica_cnt);
    }
    if (state.partitions == 0) found.erase(wanted->name);
  }
  return found;
}

void TopicAdmin::create(const Layout& missing) {
  std::vector<NewTopic> made;
  std::vector<rd_kafka_NewTopic_t*> list;
  for (const TopicLayout& topic : missing) {
    std::array<char, 512> reason{};
    const std::string name = settings_.topic_prefix + topic.name;
    made.emplace_back(rd_kafka_NewTopic_new(name.c_str(), topic.partitions, settings_.replication, reason.data(), reason.size()));
    if (!made.back()) throw OpenError(fmt::format("topic {} cannot be made: {}", name, reason.data()));
    for (const TopicRequirement& each : requirements(topic, settings_))
      rd_kafka_NewTopic_set_config(made.back().get(), each.name.c_str(), each.value.c_str());
    if (topic.retention.kind == Retention::Kind::compacted) {
      rd_kafka_NewTopic_set_config(made.back().get(), "segment.ms", std::to_string(settings_.compacted_segment.count()).c_str());
      rd_kafka_NewTopic_set_config(made.back().get(), "min.cleanable.dirty.ratio", "0.01");
    }
    list.push_back(made.back().get());
  }
  Queue queue(rd_kafka_queue_new(&client_));
  const AdminOptions options(rd_kafka_AdminOptions_new(&client_, RD_KAFKA_ADMIN_OP_CREATETOPICS));
  std::array<char, 512> ignored{};
  rd_kafka_AdminOptions_set_request_timeout(options.get(), open_limit_ms, ignored.data(), ignored.size());
  rd_kafka_AdminOptions_set_operation_timeout(options.get(), open_limit_ms, ignored.data(), ignored.size());
  rd_kafka_CreateTopics(&client_, list.data(), list.size(), options.get(), queue.get());
  const Event event = ask(queue, RD_KAFKA_EVENT_CREATETOPICS_RESULT, "to make the topics");
  std::size_t count = 0;
  const rd_kafka_topic_result_t** results = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event.get()), &count);
  std::vector<std::string> failed;
  for (std::size_t i = 0; i < count; ++i) {
    const rd_kafka_resp_err_t error = rd_kafka_topic_result_error(results[i]);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR || error == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) continue;
    const char* reason = rd_kafka_topic_result_error_string(results[i]);
    failed.push_back(fmt::format("topic {} cannot be made: {}", rd_kafka_topic_result_name(results[i]), reason ? reason : text(error)));
  }
  if (!failed.empty()) throw OpenError(fmt::format("{}", fmt::join(failed, "; ")));
  const auto deadline = std::chrono::steady_clock::now() + open_limit;
  while (find(missing).size() < missing.size()) {
    if (std::chrono::steady_clock::now() > deadline) throw OpenError("the topics were made, but the Kafka brokers do not lead them");
    std::this_thread::sleep_for(20ms);
  }
}

void TopicAdmin::describe(const Layout& layout, std::map<std::string, TopicState>& states) {
  std::vector<ConfigResource> resources;
  std::vector<rd_kafka_ConfigResource_t*> list;
  for (const TopicLayout& topic : layout) {
    resources.emplace_back(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, (settings_.topic_prefix + topic.name).c_str()));
    list.push_back(resources.back().get());
  }
  Queue queue(rd_kafka_queue_new(&client_));
  const AdminOptions options(rd_kafka_AdminOptions_new(&client_, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS));
  std::array<char, 512> ignored{};
  rd_kafka_AdminOptions_set_request_timeout(options.get(), open_limit_ms, ignored.data(), ignored.size());
  rd_kafka_DescribeConfigs(&client_, list.data(), list.size(), options.get(), queue.get());
  const Event event = ask(queue, RD_KAFKA_EVENT_DESCRIBECONFIGS_RESULT, "to describe the topics");
  std::size_t count = 0;
  const rd_kafka_ConfigResource_t** results =
      rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(event.get()), &count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string name = rd_kafka_ConfigResource_name(results[i]);
    if (const rd_kafka_resp_err_t error = rd_kafka_ConfigResource_error(results[i]))
      throw OpenError(fmt::format("topic {} cannot be described: {}", name, text(error)));
    std::size_t entries = 0;
    const rd_kafka_ConfigEntry_t** all = rd_kafka_ConfigResource_configs(results[i], &entries);
    TopicState& state = states[name.substr(settings_.topic_prefix.size())];
    for (std::size_t e = 0; e < entries; ++e)
      if (const char* value = rd_kafka_ConfigEntry_value(all[e])) state.configuration[rd_kafka_ConfigEntry_name(all[e])] = value;
  }
}

void TopicAdmin::verify(const Layout& layout) {
  std::map<std::string, TopicState> states = find(layout);
  describe(layout, states);
  std::vector<std::string> all;
  for (const TopicLayout& topic : layout) {
    const std::vector<std::string> some = objections(settings_.topic_prefix + topic.name, topic, states[topic.name], settings_);
    all.insert(all.end(), some.begin(), some.end());
  }
  if (!all.empty()) throw OpenError(fmt::format("{}", fmt::join(all, "; ")));
}

}  // namespace zhida::log::kafka
