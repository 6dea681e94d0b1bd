#include "platform/log/kafka_client.hpp"

#include "platform/log/error.hpp"
#include "platform/log/open_error.hpp"

#include <fmt/core.h>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <array>
#include <cstring>

namespace zhida::log::kafka {
namespace {

void set(rd_kafka_conf_t& conf, const char* name, const std::string& value) {
  std::array<char, 512> reason{};
  if (rd_kafka_conf_set(&conf, name, value.c_str(), reason.data(), reason.size()) != RD_KAFKA_CONF_OK)
    throw OpenError(fmt::format("the Kafka client does not take its settings: {}", reason.data()));
}

void set_if_given(rd_kafka_conf_t& conf, const char* name, const std::string& value) {
  if (!value.empty()) set(conf, name, value);
}

void set_security(rd_kafka_conf_t& conf, const KafkaSettings& settings) {
  set(conf, "security.protocol", settings.security);
  set_if_given(conf, "sasl.mechanisms", settings.sasl_mechanism);
  set_if_given(conf, "sasl.username", settings.username);
  set_if_given(conf, "sasl.password", settings.password);
  set_if_given(conf, "ssl.ca.location", settings.ca_file);
  set_if_given(conf, "ssl.certificate.location", settings.certificate_file);
  set_if_given(conf, "ssl.key.location", settings.key_file);
  set_if_given(conf, "ssl.key.password", settings.key_password);
  if (settings.security.ends_with("ssl")) set(conf, "ssl.endpoint.identification.algorithm", "https");
}

// Beside the record itself: its headers, and the batch around it.
constexpr std::size_t envelope = 64U << 10U;

}  // namespace

Client make_client(rd_kafka_type_t type, const KafkaSettings& settings, int events, Properties properties) {
  Conf conf(rd_kafka_conf_new());
  set(*conf, "client.id", "zhida");
  set(*conf, "bootstrap.servers", settings.brokers);
  set_security(*conf, settings);
  set(*conf, "message.max.bytes", std::to_string(settings.record_bytes + envelope));
  rd_kafka_conf_set_log_cb(conf.get(), nullptr);  // what matters comes as events
  set(*conf, "reconnect.backoff.ms", "50");
  set(*conf, "reconnect.backoff.max.ms", "1000");
  set(*conf, "socket.keepalive.enable", "true");
  set(*conf, "socket.nagle.disable", "true");
  set(*conf, "allow.auto.create.topics", "false");
  for (const auto& [name, value] : properties) set(*conf, name, value);
  rd_kafka_conf_set_events(conf.get(), events);
  std::array<char, 512> reason{};
  Client client(rd_kafka_new(type, conf.get(), reason.data(), reason.size()));
  if (!client) throw OpenError(fmt::format("the Kafka client does not start: {}", reason.data()));
  static_cast<void>(conf.release());  // the client's now
  return client;
}

Client make_reader(const KafkaSettings& settings, std::size_t queued_kilobytes, std::size_t fetch_bytes,
                   std::chrono::milliseconds patience) {
  const std::size_t largest = settings.record_bytes + 2 * envelope;
  return make_client(RD_KAFKA_CONSUMER, settings, RD_KAFKA_EVENT_FETCH | RD_KAFKA_EVENT_ERROR,
                     {{"enable.auto.commit", "false"},
                      {"enable.auto.offset.store", "false"},
                      {"enable.partition.eof", "true"},
                      {"auto.offset.reset", "error"},
                      {"check.crcs", "true"},
                      {"fetch.wait.max.ms", std::to_string(patience.count())},
                      {"fetch.error.backoff.ms", "50"},
                      {"fetch.message.max.bytes", std::to_string(fetch_bytes)},
                      {"fetch.max.bytes", std::to_string(std::max(largest, std::size_t{50} << 20U))},
                      {"receive.message.max.bytes", std::to_string(std::max(largest, std::size_t{50} << 20U) + (1U << 20U))},
                      {"queued.max.messages.kbytes", std::to_string(queued_kilobytes)},
                      {"queued.min.messages", "10000"}});
}

Topics::Topics(rd_kafka_t& client, const KafkaSettings& settings, const PartitionIndex& partitions) {
  for (const TopicLayout& topic : partitions.layout()) {
    topics_.emplace_back(rd_kafka_topic_new(&client, (settings.topic_prefix + topic.name).c_str(), nullptr));
    if (!topics_.back()) throw OpenError(fmt::format("topic {}: {}", topic.name, text(rd_kafka_last_error())));
    first_.push_back(places_.size());
    for (std::int32_t p = 0; p < topic.partitions; ++p) places_.push_back({topics_.size() - 1, p});
  }
}

std::size_t Topics::index_of(const rd_kafka_message_t& message) const {
  for (std::size_t i = 0; i < topics_.size(); ++i)
    if (topics_[i].get() == message.rkt) return first_[i] + static_cast<std::size_t>(message.partition);
  return index_of(rd_kafka_topic_name(message.rkt), message.partition);
}

std::size_t Topics::index_of(const char* topic, std::int32_t partition) const {
  for (std::size_t i = 0; i < topics_.size(); ++i)
    if (std::strcmp(rd_kafka_topic_name(topics_[i].get()), topic) == 0) return first_[i] + static_cast<std::size_t>(partition);
  return PartitionIndex::none;
}

void start_reading(const Topics& topics, std::size_t index, std::int64_t offset, rd_kafka_queue_t& queue) {
  rd_kafka_topic_t* const topic = topics.topic(index);
  if (rd_kafka_consume_start_queue(topic, topics.partition(index), offset, &queue) == 0) return;
  throw boost::system::system_error(
      Error::io, fmt::format("{}-{} cannot be read: {}", rd_kafka_topic_name(topic), topics.partition(index), text(rd_kafka_last_error())));
}

void get_ready(rd_kafka_t& client, std::chrono::milliseconds limit) {
  const rd_kafka_metadata_t* answer = nullptr;
  rd_kafka_metadata(&client, 0, nullptr, &answer, static_cast<int>(limit.count()));
  const Metadata unused(answer);
}

bool is_out_of_range(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET || error == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE;
}

}  // namespace zhida::log::kafka
