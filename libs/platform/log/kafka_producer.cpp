#include "platform/log/kafka_producer.hpp"

#include "platform/log/error.hpp"
#include "platform/log/kafka_record.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace zhida::log {
namespace {

using namespace std::chrono_literals;

constexpr auto first_delay = 100ms;  // before a producer is made anew; doubled while it keeps failing
constexpr auto longest_delay = 5'000ms;

/// The message was given up with its producer, not by the brokers.
bool fell_with_producer(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR__FATAL || error == RD_KAFKA_RESP_ERR__PURGE_QUEUE || error == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT ||
         error == RD_KAFKA_RESP_ERR__DESTROY;
}

boost::system::error_code to_error(rd_kafka_resp_err_t error) {
  if (error == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE || error == RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE) return Error::too_large;
  return Error::io;
}

}  // namespace

KafkaProducer::KafkaProducer(boost::asio::any_io_executor executor, const KafkaSettings& settings, const PartitionIndex& partitions,
                             std::string log_id, Report report, Delivered delivered)
    : executor_(std::move(executor)),
      settings_(settings),
      partitions_(partitions),
      log_id_(std::move(log_id)),
      report_(std::move(report)),
      delivered_(std::move(delivered)),
      delay_(first_delay),
      renewal_(executor_) {}

KafkaProducer::~KafkaProducer() { close(); }

void KafkaProducer::start() { make(); }

void KafkaProducer::make() {
  client_ = kafka::make_client(RD_KAFKA_PRODUCER, settings_, RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR,
                               {{"enable.idempotence", "true"},
                                {"acks", "all"},
                                {"compression.type", settings_.compression},
                                {"linger.ms", std::to_string(settings_.linger.count())},
                                {"message.timeout.ms", std::to_string(settings_.delivery_limit.count())},
                                {"retry.backoff.ms", "50"},
                                // The gate bounds what is queued; librdkafka's own bounds must never be the first.
                                {"queue.buffering.max.messages", "10000000"},
                                {"queue.buffering.max.kbytes", "2147483647"}});
  topics_.emplace(*client_, settings_, partitions_);
  events_ = std::make_shared<kafka::EventQueue>(executor_, kafka::Queue(rd_kafka_queue_get_main(client_.get())));
  events_->serve([this](kafka::Event event) { handle(std::move(event)); }, {});
  ++lives_;
}

void KafkaProducer::close() {
  if (!client_) return;
  renewal_.cancel();
  events_->stop();
  rd_kafka_purge(client_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  // librdkafka still points into the shipments: first it goes, then they do.
  topics_.reset();
  events_.reset();
  client_.reset();
  outstanding_.clear();
}

void KafkaProducer::append(KafkaAppend append) {
  outstanding_.emplace_back();
  Shipment& shipment = outstanding_.back();
  shipment.place = std::prev(outstanding_.end());
  shipment.append = std::move(append);
  shipment.begun = std::chrono::steady_clock::now();
  const std::size_t count = shipment.append.records.size();
  shipment.offsets.resize(count);
  shipment.open = count;
  shipment.parcels.reserve(count);
  for (std::size_t i = 0; i < count; ++i) shipment.parcels.push_back({&shipment, i});
  if (renewing_) return;  // sent with the others
  // The last to be settled ends the shipment's life: nothing of it is looked at after that.
  for (std::size_t i = 0; i < count; ++i) send(shipment.parcels[i]);
}

void KafkaProducer::send(Parcel& parcel) {
  const KafkaAppend& append = parcel.shipment->append;
  const std::size_t partition = append.partitions[parcel.index];
  const rd_kafka_resp_err_t error =
      kafka::produce(*client_, topics_->topic(partition), topics_->partition(partition), append.records[parcel.index], log_id_, &parcel);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return;
  if (fell_with_producer(error) || has_fallen()) return renew_later();
  settle(parcel, to_error(error), -1);
}

bool KafkaProducer::has_fallen() const { return rd_kafka_fatal_error(client_.get(), nullptr, 0) != RD_KAFKA_RESP_ERR_NO_ERROR; }

void KafkaProducer::handle(kafka::Event event) {
  switch (rd_kafka_event_type(event.get())) {
    case RD_KAFKA_EVENT_DR:
      while (const rd_kafka_message_t* message = rd_kafka_event_message_next(event.get())) delivery(*message);
      break;
    case RD_KAFKA_EVENT_ERROR: {
      if (has_fallen()) renew_later();
      std::string sentence = fmt::format("Kafka producer: {}", rd_kafka_event_error_string(event.get()));
      if (sentence != last_report_ && report_) report_(sentence);
      last_report_ = std::move(sentence);
      break;
    }
    default:
      break;
  }
}

void KafkaProducer::delivery(const rd_kafka_message_t& message) {
  Parcel& parcel = *static_cast<Parcel*>(message._private);
  if (message.err == RD_KAFKA_RESP_ERR_NO_ERROR) {
    delay_ = first_delay;
    last_report_.clear();
    delivered_(parcel.shipment->append.partitions[parcel.index], message.offset);
    settle(parcel, {}, message.offset);
  } else if (fell_with_producer(message.err) || has_fallen()) {
    renew_later();
  } else {
    settle(parcel, to_error(message.err), -1);
  }
}

void KafkaProducer::settle(Parcel& parcel, boost::system::error_code error, Offset offset) {
  Shipment& shipment = *parcel.shipment;
  if (std::exchange(parcel.settled, true)) return;
  shipment.offsets[parcel.index] = offset;
  if (error && !shipment.error) shipment.error = error;
  if (--shipment.open > 0) return;
  if (shipment.error)
    shipment.append.ticket.answer(shipment.error);
  else
    shipment.append.ticket.answer(std::move(shipment.offsets));
  outstanding_.erase(shipment.place);
}

void KafkaProducer::renew_later() {
  if (std::exchange(renewing_, true)) return;
  renewal_.expires_after(delay_);
  delay_ = std::min<std::chrono::milliseconds>(2 * delay_, longest_delay);
  renewal_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    if (const auto self = weak.lock(); self && !error && self->client_) self->renew();
  });
}

void KafkaProducer::renew() {
  if (report_) report_("Kafka producer: made anew after a fatal error; what is unacknowledged is sent again");
  drain();
  topics_.reset();
  events_.reset();
  client_.reset();
  expire();
  make();
  renewing_ = false;
  for (auto shipment = outstanding_.begin(); shipment != outstanding_.end();) {
    const auto next = std::next(shipment);
    const std::size_t count = shipment->parcels.size();
    // As in `append`: the last one sent may end the shipment's life.
    std::size_t last = count;
    for (std::size_t i = 0; i < count; ++i)
      if (!shipment->parcels[i].settled) last = i;
    for (std::size_t i = 0; i <= last && last < count; ++i)
      if (!shipment->parcels[i].settled) send(shipment->parcels[i]);
    shipment = next;
  }
}

// Hears what the brokers had acknowledged before the producer goes: what is known to be there is not sent again.
void KafkaProducer::drain() {
  events_->stop();
  rd_kafka_purge(client_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  const auto deadline = std::chrono::steady_clock::now() + 1s;
  while (rd_kafka_outq_len(client_.get()) > 0 && std::chrono::steady_clock::now() < deadline)
    if (kafka::Event event{rd_kafka_queue_poll(events_->get(), 10)}) handle(std::move(event));
}

void KafkaProducer::expire() {
  const auto oldest = std::chrono::steady_clock::now() - settings_.delivery_limit;
  for (auto shipment = outstanding_.begin(); shipment != outstanding_.end();) {
    if (shipment->begun > oldest) {
      ++shipment;
      continue;
    }
    shipment->append.ticket.answer(make_error_code(Error::io));
    shipment = outstanding_.erase(shipment);
  }
}

}  // namespace zhida::log
