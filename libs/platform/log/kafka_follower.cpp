#include "platform/log/kafka_follower.hpp"

#include "platform/log/kafka_error.hpp"
#include "platform/log/kafka_record.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace zhida::log {

KafkaFollower::KafkaFollower(boost::asio::any_io_executor executor, const KafkaSettings& settings, const PartitionIndex& partitions,
                             std::string log_id, Events events)
    : settings_(settings),
      partitions_(partitions),
      log_id_(std::move(log_id)),
      tell_(std::move(events)),
      client_(kafka::make_reader(settings, 4'096, 1U << 20U, std::chrono::milliseconds(500))),
      topics_(*client_, settings, partitions),
      main_(std::make_shared<kafka::EventQueue>(executor, kafka::Queue(rd_kafka_queue_get_main(client_.get())))),
      fetched_(std::make_shared<kafka::EventQueue>(executor, kafka::Queue(rd_kafka_queue_new(client_.get())))),
      states_(partitions.size()) {
  kafka::get_ready(*client_, settings.request_limit);
  main_->serve([this](kafka::Event event) { handle(std::move(event)); }, {});
  fetched_->serve([this](kafka::Event event) { handle(std::move(event)); }, [this] { publish(); });
}

KafkaFollower::~KafkaFollower() {
  main_->stop();
  fetched_->stop();
  for (std::size_t p = 0; p < states_.size(); ++p) unfollow(p);
}

void KafkaFollower::follow(std::size_t partition) {
  State& state = states_[partition];
  if (state.followed) return;
  kafka::start_reading(topics_, partition, RD_KAFKA_OFFSET_END, *fetched_->get());
  state.followed = true;
  state.next = -1;
  state.error = {};
}

void KafkaFollower::unfollow(std::size_t partition) {
  State& state = states_[partition];
  if (!std::exchange(state.followed, false)) return;
  state.next = -1;
  rd_kafka_consume_stop(topics_.topic(partition), topics_.partition(partition));
}

std::optional<Offset> KafkaFollower::next(std::size_t partition) const {
  const State& state = states_[partition];
  if (!state.followed || state.next < 0) return std::nullopt;
  return state.next;
}

void KafkaFollower::handle(kafka::Event event) {
  switch (rd_kafka_event_type(event.get())) {
    case RD_KAFKA_EVENT_FETCH:
      while (const rd_kafka_message_t* next = rd_kafka_event_message_next(event.get())) message(*next);
      break;
    case RD_KAFKA_EVENT_ERROR:
      failure(*event);
      break;
    default:
      break;
  }
}

void KafkaFollower::message(const rd_kafka_message_t& message) {
  const std::size_t partition = topics_.index_of(message);
  State& state = states_[partition];
  // A partition that was left and followed again may have left records in the queue.
  if (!state.followed || state.error || message.offset < state.next) return;
  kafka::Read read = kafka::read_message(message);
  if (!read.log_id.empty() && read.log_id != log_id_) {
    state.error = kafka::Error::foreign_record;
    tell_.report(fmt::format("{} holds a record of log {} at offset {}; this is log {}: it is not read on", partitions_.name(partition),
                             read.log_id, message.offset, log_id_));
    return;
  }
  if (!read.marker) tell_.arrived(partition, std::move(read.record));
  reached(partition, message.offset + 1);
}

void KafkaFollower::failure(rd_kafka_event_t& event) {
  const rd_kafka_resp_err_t error = rd_kafka_event_error(&event);
  const std::unique_ptr<rd_kafka_topic_partition_t, kafka::Destroy<rd_kafka_topic_partition_destroy>> place(
      rd_kafka_event_topic_partition(&event));
  if (place) {
    const std::size_t partition = topics_.index_of(place->topic, place->partition);
    if (partition == PartitionIndex::none || !states_[partition].followed) return;
    if (error == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      if (!states_[partition].error && place->offset >= states_[partition].next) reached(partition, place->offset);
      return;
    }
    if (kafka::is_out_of_range(error)) {
      unfollow(partition);
      tell_.lost(partition);
      return;
    }
  }
  std::string sentence = fmt::format("Kafka reader: {}", rd_kafka_event_error_string(&event));
  if (sentence != last_report_) tell_.report(sentence);
  last_report_ = std::move(sentence);
}

void KafkaFollower::reached(std::size_t partition, Offset next) {
  State& state = states_[partition];
  state.next = next;
  if (!std::exchange(state.touched, true)) touched_.push_back(partition);
}

// Once for all that came in one go.
void KafkaFollower::publish() {
  for (const std::size_t partition : std::exchange(touched_, {})) {
    states_[partition].touched = false;
    if (states_[partition].next >= 0) tell_.reached(partition, states_[partition].next);
  }
}

}  // namespace zhida::log
