#include "platform/log/kafka_identity.hpp"

#include "platform/log/kafka_record.hpp"
#include "platform/log/open_error.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <openssl/rand.h>

#include <array>
#include <chrono>
#include <memory>

namespace zhida::log::kafka {
namespace {

using namespace std::chrono_literals;

constexpr int open_limit_ms = 30'000;
constexpr std::string_view named = "zhida.log.named.v1";              // value: the log's id
constexpr std::string_view topic_begun = "zhida.log.topic-begun.v1";  // key: the topic; value: the log's id

std::string new_id() {
  std::array<unsigned char, 16> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) throw OpenError("no randomness for a log id");
  std::string id;
  for (const unsigned char byte : bytes) id += fmt::format("{:02x}", byte);
  return id;
}

using Place = std::unique_ptr<rd_kafka_topic_partition_t, Destroy<rd_kafka_topic_partition_destroy>>;

}  // namespace

TopicLayout identity_topic() { return {"zhida-log", 1, Retention::forever()}; }

Identity::Identity(rd_kafka_t& producer, const KafkaSettings& settings) : producer_(producer), settings_(settings) {
  read();
  if (id_.empty()) {
    send(identity_topic(), 0, make_marker(named, new_id()));
    flush();
    read();  // another process may have been first
  }
  if (!settings_.log_id.empty() && settings_.log_id != id_)
    throw OpenError(fmt::format("topics {}… hold log {}, {} is wanted: change the brokers, the topic prefix or the wanted log id",
                                settings_.topic_prefix, id_, settings_.log_id));
}

void Identity::read() {
  const Client reader = make_reader(settings_, 1'024, 1U << 20U, 10ms);
  const PartitionIndex one({identity_topic()});
  const Topics topics(*reader, settings_, one);
  const Queue queue(rd_kafka_queue_new(reader.get()));
  get_ready(*reader, std::chrono::milliseconds(open_limit_ms));
  start_reading(topics, 0, RD_KAFKA_OFFSET_BEGINNING, *queue);
  struct Stop {
    const Topics& topics;
    ~Stop() { rd_kafka_consume_stop(topics.topic(0), 0); }
  } stop{topics};
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(open_limit_ms);
  while (std::chrono::steady_clock::now() < deadline) {
    const Event event(rd_kafka_queue_poll(queue.get(), 100));
    if (!event) continue;
    if (rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_ERROR) {
      if (rd_kafka_event_error(event.get()) == RD_KAFKA_RESP_ERR__PARTITION_EOF) return;
      continue;
    }
    while (const rd_kafka_message_t* message = rd_kafka_event_message_next(event.get())) {
      const Read record = read_message(*message);
      const std::string& type = record.record->event.type;
      if (type == named && id_.empty()) id_ = record.record->value;
      if (type == topic_begun && record.record->value == id_) begun_.insert(record.record->key);
    }
  }
  throw OpenError(fmt::format("the topic {}{} cannot be read from the Kafka brokers", settings_.topic_prefix, identity_topic().name));
}

rd_kafka_topic_t* Identity::handle(const TopicLayout& topic) {
  Topic& handle = handles_[topic.name];
  if (!handle) handle.reset(rd_kafka_topic_new(&producer_, (settings_.topic_prefix + topic.name).c_str(), nullptr));
  return handle.get();
}

void Identity::send(const TopicLayout& topic, std::int32_t partition, NewRecord record) {
  sent_.push_back(std::move(record));
  const std::string& id = id_.empty() ? sent_.back().value : id_;
  if (const rd_kafka_resp_err_t error = produce(producer_, handle(topic), partition, sent_.back(), id, nullptr))
    throw OpenError(fmt::format("the log's identity cannot be written: {}", text(error)));
}

void Identity::flush() {
  if (sent_.empty()) return;
  get_ready(producer_, std::chrono::milliseconds(open_limit_ms));
  const Queue queue(rd_kafka_queue_get_main(&producer_));
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(open_limit_ms);
  for (std::size_t open = sent_.size(); open > 0;) {
    const Event event(rd_kafka_queue_poll(queue.get(), 100));
    if (std::chrono::steady_clock::now() > deadline)
      throw OpenError("the log's identity cannot be written: the Kafka brokers do not answer");
    if (!event || rd_kafka_event_type(event.get()) != RD_KAFKA_EVENT_DR) continue;
    while (const rd_kafka_message_t* message = rd_kafka_event_message_next(event.get())) {
      if (message->err) throw OpenError(fmt::format("the log's identity cannot be written: {}", text(message->err)));
      --open;
    }
  }
  sent_.clear();
}

// All partitions at once: asked one after the other, hundreds of them would take long.
std::vector<Identity::First> Identity::firsts(const PartitionIndex& partitions) {
  std::vector<First> found(partitions.size());
  const Client reader = make_reader(settings_, 64, 1'024, 10ms);
  const Topics topics(*reader, settings_, partitions);
  const Queue queue(rd_kafka_queue_new(reader.get()));
  get_ready(*reader, std::chrono::milliseconds(open_limit_ms));
  for (std::size_t p = 0; p < partitions.size(); ++p) start_reading(topics, p, RD_KAFKA_OFFSET_BEGINNING, *queue);
  std::size_t open = partitions.size();
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(open_limit_ms);
  while (open > 0 && std::chrono::steady_clock::now() < deadline) {
    const Event event(rd_kafka_queue_poll(queue.get(), 100));
    if (!event) continue;
    if (rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_ERROR) {
      const Place place(rd_kafka_event_topic_partition(event.get()));
      if (rd_kafka_event_error(event.get()) != RD_KAFKA_RESP_ERR__PARTITION_EOF || !place) continue;
      First& first = found[topics.index_of(place->topic, place->partition)];
      if (first.known) continue;
      first.known = first.empty = true;
      first.offset = place->offset;
      --open;
      continue;
    }
    while (const rd_kafka_message_t* message = rd_kafka_event_message_next(event.get())) {
      First& first = found[topics.index_of(*message)];
      if (first.known) continue;
      const Read record = read_message(*message);
      first.known = true;
      first.offset = message->offset;
      first.log_id = record.log_id;
      first.marker = record.marker;
      --open;
    }
  }
  for (std::size_t p = 0; p < partitions.size(); ++p) rd_kafka_consume_stop(topics.topic(p), topics.partition(p));
  for (std::size_t p = 0; p < partitions.size(); ++p)
    if (!found[p].known) throw OpenError(fmt::format("{} cannot be read from the Kafka brokers", partitions.name(p)));
  return found;
}

std::string Identity::objection(const std::string& place, const TopicLayout& topic, const First& first) const {
  if (!first.empty && first.log_id != id_)
    return fmt::format("{} holds records of {}, not of log {}: remove the topic, or begin this log under another topic prefix", place,
                       first.log_id.empty() ? "some other program" : "log " + first.log_id, id_);
  if (!has_begun(topic.name)) return {};
  const char* remedy = "restore the topics from a copy, or begin another log under another topic prefix";
  if (first.empty && first.offset == 0) return fmt::format("{} was made anew, its records are gone: {}", place, remedy);
  if (first.offset == 0 && !first.marker) return fmt::format("{} was made anew, its first records are gone: {}", place, remedy);
  if (topic.retention.kind == Retention::Kind::forever && first.offset > 0)
    return fmt::format("{} was trimmed, it begins at offset {}, though it is kept forever: {}", place, first.offset, remedy);
  return {};
}

void Identity::open(const PartitionIndex& partitions) {
  const std::vector<First> found = firsts(partitions);
  std::vector<std::string> all;
  for (std::size_t p = 0, t = 0, left = 0; p < found.size(); ++p) {
    if (left == 0) left = static_cast<std::size_t>(partitions.layout()[t].partitions);
    if (std::string sentence = objection(partitions.name(p), partitions.layout()[t], found[p]); !sentence.empty())
      all.push_back(std::move(sentence));
    if (--left == 0) ++t;
  }
  if (!all.empty()) throw OpenError(fmt::format("{}", fmt::join(all, "; ")));
  std::vector<const TopicLayout*> beginning;
  for (const TopicLayout& topic : partitions.layout()) {
    if (has_begun(topic.name)) continue;
    beginning.push_back(&topic);
    for (std::int32_t p = 0; p < topic.partitions; ++p)
      if (found[partitions.find(topic.name, p)].empty) send(topic, p, make_marker(begun_marker, id_));
  }
  flush();
  // Only now, so that a crash before leaves a beginning that is repeated.
  for (const TopicLayout* topic : beginning) {
    NewRecord record = make_marker(topic_begun, id_);
    record.key = topic->name;
    send(identity_topic(), 0, std::move(record));
    begun_.insert(topic->name);
  }
  flush();
}

}  // namespace zhida::log::kafka
