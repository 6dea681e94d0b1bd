#include "chaos/topics.hpp"

#include <librdkafka/rdkafka.h>

#include <array>
#include <chrono>
#include <stdexcept>

namespace zhida::chaos {
namespace {

using Client = std::unique_ptr<rd_kafka_t, void (*)(rd_kafka_t*)>;
using Partitions = std::unique_ptr<rd_kafka_topic_partition_list_t, void (*)(rd_kafka_topic_partition_list_t*)>;
using Message = std::unique_ptr<rd_kafka_message_t, void (*)(rd_kafka_message_t*)>;
using namespace std::chrono_literals;

constexpr int patience_ms = 30'000;

/// What became of one append.
struct Delivery {
  bool done = false;
  rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
  std::int64_t offset = -1;
};

void delivered(rd_kafka_t*, const rd_kafka_message_t* message, void*) {
  auto& delivery = *static_cast<Delivery*>(message->_private);
  delivery.done = true;
  delivery.error = message->err;
  delivery.offset = message->offset;
}

rd_kafka_conf_t* settings(const std::string& brokers, const std::vector<std::pair<const char*, const char*>>& more) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  std::array<char, 256> why{};
  const auto set = [&](const char* name, const char* value) {
    if (rd_kafka_conf_set(conf, name, value, why.data(), why.size()) != RD_KAFKA_CONF_OK) throw std::runtime_error(why.data());
  };
  set("bootstrap.servers", brokers.c_str());
  set("log_level", "2");
  for (const auto& [name, value] : more) set(name, value);
  return conf;
}

Client make(rd_kafka_type_t type, rd_kafka_conf_t* conf) {
  std::array<char, 256> why{};
  Client client(rd_kafka_new(type, conf, why.data(), why.size()), rd_kafka_destroy);
  if (!client) throw std::runtime_error(why.data());
  return client;
}

Raw raw_of(const rd_kafka_message_t& message) {
  Raw raw;
  raw.place = {rd_kafka_topic_name(message.rkt), message.partition, message.offset};
  if (message.key != nullptr) raw.key.assign(static_cast<const char*>(message.key), message.key_len);
  if (message.payload != nullptr) raw.value.assign(static_cast<const char*>(message.payload), message.len);
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return raw;
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  for (std::size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR; ++i)
    raw.headers.emplace_back(name, std::string(static_cast<const char*>(value), size));
  return raw;
}

}  // namespace

std::string_view Raw::header(std::string_view name) const {
  for (const auto& [header, content] : headers)
    if (header == name) return content;
  return {};
}

Topics::Topics(const std::string& brokers) : brokers_(brokers), producer_(nullptr, rd_kafka_destroy) {
  rd_kafka_conf_t* conf =
      settings(brokers_, {{"acks", "all"}, {"linger.ms", "0"}, {"message.max.bytes", "20000000"}, {"partitioner", "random"}});
  rd_kafka_conf_set_dr_msg_cb(conf, delivered);
  producer_ = make(RD_KAFKA_PRODUCER, conf);
}

Topics::~Topics() = default;

std::map<std::string, int> Topics::partitions() const {
  const rd_kafka_metadata_t* metadata = nullptr;
  if (rd_kafka_metadata(producer_.get(), 1, nullptr, &metadata, patience_ms) != RD_KAFKA_RESP_ERR_NO_ERROR)
    throw std::runtime_error("the brokers do not say which topics there are");
  std::map<std::string, int> found;
  for (int i = 0; i < metadata->topic_cnt; ++i) {
    const std::string name = metadata->topics[i].topic;
    if (!name.starts_with("__")) found[name] = metadata->topics[i].partition_cnt;
  }
  rd_kafka_metadata_destroy(metadata);
  return found;
}

std::pair<std::int64_t, std::int64_t> Topics::range(const std::string& topic, std::int32_t partition) const {
  std::int64_t low = 0, high = 0;
  const auto deadline = std::chrono::steady_clock::now() + 60s;
  while (rd_kafka_query_watermark_offsets(producer_.get(), topic.c_str(), partition, &low, &high, 5'000) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error("the brokers do not say where " + topic + " ends");
    partitions();  // the client forgets leaders that are none any more
  }
  return {low, high};
}

Client Topics::consumer() const {
  return make(RD_KAFKA_CONSUMER, settings(brokers_, {{"group.id", "chaos"},
                                                     {"enable.auto.commit", "false"},
                                                     {"enable.auto.offset.store", "false"},
                                                     {"auto.offset.reset", "error"},
                                                     {"check.crcs", "true"},
                                                     {"fetch.message.max.bytes", "4000000"}}));
}

void Topics::read_all(const std::function<void(const Raw&)>& take) const {
  const Client client = consumer();
  const Partitions all(rd_kafka_topic_partition_list_new(64), rd_kafka_topic_partition_list_destroy);
  std::map<std::pair<std::string, std::int32_t>, std::int64_t> ends;
  for (const auto& [topic, count] : partitions())
    for (std::int32_t partition = 0; partition < count; ++partition) {
      const auto [low, high] = range(topic, partition);
      if (low == high) continue;
      rd_kafka_topic_partition_list_add(all.get(), topic.c_str(), partition)->offset = low;
      ends[{topic, partition}] = high;
    }
  if (rd_kafka_assign(client.get(), all.get()) != RD_KAFKA_RESP_ERR_NO_ERROR) throw std::runtime_error("the topics cannot be read");
  auto heard = std::chrono::steady_clock::now();
  while (!ends.empty()) {
    const Message message(rd_kafka_consumer_poll(client.get(), 1'000), rd_kafka_message_destroy);
    if (std::chrono::steady_clock::now() - heard > 60s)
      throw std::runtime_error("topic " + ends.begin()->first.first + " cannot be read to its end");
    if (!message || message->err != RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    heard = std::chrono::steady_clock::now();
    const auto end = ends.find({rd_kafka_topic_name(message->rkt), message->partition});
    if (end == ends.end()) continue;
    if (message->offset < end->second) take(raw_of(*message));
    if (message->offset + 1 >= end->second) ends.erase(end);
  }
}

std::vector<Raw> Topics::read(const std::string& topic, std::int32_t partition, std::int64_t offset, std::size_t count) const {
  const Client client = consumer();
  const Partitions one(rd_kafka_topic_partition_list_new(1), rd_kafka_topic_partition_list_destroy);
  rd_kafka_topic_partition_list_add(one.get(), topic.c_str(), partition)->offset = offset;
  rd_kafka_assign(client.get(), one.get());
  std::vector<Raw> records;
  const auto deadline = std::chrono::steady_clock::now() + 10s;
  while (records.size() < count && std::chrono::steady_clock::now() < deadline) {
    const Message message(rd_kafka_consumer_poll(client.get(), 300), rd_kafka_message_destroy);
    if (message && message->err == RD_KAFKA_RESP_ERR_NO_ERROR)
      records.push_back(raw_of(*message));
    else if (!records.empty())
      break;
  }
  return records;
}

Place Topics::append(const Raw& record) const {
  const auto& [topic, partition, ignored] = record.place;
  Delivery delivery;
  rd_kafka_headers_t* headers = rd_kafka_headers_new(8);
  for (const auto& [name, value] : record.headers)
    rd_kafka_header_add(headers, name.data(), static_cast<ssize_t>(name.size()), value.data(), static_cast<ssize_t>(value.size()));
  std::array<rd_kafka_vu_t, 6> words{};
  words[0].vtype = RD_KAFKA_VTYPE_TOPIC;
  words[0].u.cstr = topic.c_str();
  words[1].vtype = RD_KAFKA_VTYPE_PARTITION;
  words[1].u.i32 = partition;
  words[2].vtype = RD_KAFKA_VTYPE_VALUE;  // not copied: the append is over when this returns
  words[2].u.mem.ptr = const_cast<char*>(record.value.data());
  words[2].u.mem.size = record.value.size();
  words[3].vtype = RD_KAFKA_VTYPE_KEY;
  words[3].u.mem.ptr = record.key.empty() ? nullptr : const_cast<char*>(record.key.data());
  words[3].u.mem.size = record.key.size();
  words[4].vtype = RD_KAFKA_VTYPE_HEADERS;
  words[4].u.headers = headers;
  words[5].vtype = RD_KAFKA_VTYPE_OPAQUE;
  words[5].u.ptr = &delivery;
  if (rd_kafka_error_t* error = rd_kafka_produceva(producer_.get(), words.data(), words.size())) {
    rd_kafka_headers_destroy(headers);
    const std::string why = rd_kafka_error_string(error);
    rd_kafka_error_destroy(error);
    throw std::runtime_error(why);
  }
  while (!delivery.done) rd_kafka_poll(producer_.get(), 100);  // librdkafka gives up after five minutes
  if (delivery.error != RD_KAFKA_RESP_ERR_NO_ERROR) throw std::runtime_error(rd_kafka_err2str(delivery.error));
  return {topic, partition, delivery.offset};
}

}  // namespace zhida::chaos
