#include "platform/log/kafka_group.hpp"

#include "platform/log/kafka_error.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

namespace zhida::log {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

// librdkafka takes a member out of its group when nobody has polled for `member_stall`, however idle its queue.
constexpr auto poll_interval = 1s;

kafka::Client make_member(const KafkaSettings& settings, const std::string& group) {
  return kafka::make_client(RD_KAFKA_CONSUMER, settings, RD_KAFKA_EVENT_REBALANCE | RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_FETCH,
                            {{"group.id", group},
                             {"partition.assignment.strategy", "cooperative-sticky"},
                             {"session.timeout.ms", std::to_string(settings.session_limit.count())},
                             {"heartbeat.interval.ms", std::to_string(settings.heartbeat.count())},
                             {"max.poll.interval.ms", std::to_string(settings.member_stall.count())},
                             {"enable.auto.commit", "false"},
                             {"enable.auto.offset.store", "false"},
                             {"queued.max.messages.kbytes", "1"}});
}

// What goes on until somebody changes the brokers or the settings.
boost::system::error_code refusal(rd_kafka_resp_err_t error) {
  switch (error) {
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
      return kafka::Error::forbidden;
    case RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL:
    case RD_KAFKA_RESP_ERR_INVALID_SESSION_TIMEOUT:
    case RD_KAFKA_RESP_ERR__FATAL:
      return Error::io;
    default:
      return {};
  }
}

bool is_unknown_topic(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART || error == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC ||
         error == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION;
}

}  // namespace

KafkaGroup::Waiter::Waiter(KafkaGroup& owner)
    : group(owner),
      timer(owner.executor_, asio::steady_timer::time_point::max()),
      place(owner.waiting_.insert(owner.waiting_.end(), this)) {}

KafkaGroup::Waiter::~Waiter() { group.waiting_.erase(place); }

KafkaGroup::KafkaGroup(asio::any_io_executor executor, const KafkaSettings& settings, std::string group, std::string topic, Report report,
                       std::shared_ptr<kafka::Departures> departures)
    : executor_(std::move(executor)),
      group_(std::move(group)),
      report_(std::move(report)),
      departures_(std::move(departures)),
      client_(make_member(settings, group_)),
      poll_(executor_) {
  rd_kafka_poll_set_consumer(client_.get());
  events_ = std::make_shared<kafka::EventQueue>(executor_, kafka::Queue(rd_kafka_queue_get_consumer(client_.get())));
  const kafka::TopicPartitions topics(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(topics.get(), topic.c_str(), RD_KAFKA_PARTITION_UA);
  if (const rd_kafka_resp_err_t error = rd_kafka_subscribe(client_.get(), topics.get()))
    throw boost::system::system_error(Error::io, fmt::format("group {}: {}", group_, kafka::text(error)));
}

KafkaGroup::~KafkaGroup() { leave(); }

void KafkaGroup::start() {
  events_->serve([this](kafka::Event event) { handle(std::move(event)); }, {});
  poll_later();
}

void KafkaGroup::leave() {
  if (!client_) return;
  poll_.cancel();
  events_->stop();
  events_.reset();
  std::exchange(departures_, nullptr)->leave(std::move(client_), assignment_.generation > 0);
  assignment_.partitions.clear();
  ++assignment_.generation;
  wake();
}

asio::awaitable<boost::system::result<void>> KafkaGroup::joined() {
  const auto self = shared_from_this();
  while (client_ && assignment_.generation == 0 && !refusal_) co_await news();
  if (!client_) co_return asio::error::make_error_code(asio::error::operation_aborted);
  if (assignment_.generation == 0) co_return refusal_;
  if (assignment_.partitions.empty() && lacks_topic_) co_return Error::unknown_partition;
  co_return boost::system::result<void>();
}

asio::awaitable<void> KafkaGroup::changed(std::int64_t generation) {
  const auto self = shared_from_this();
  while (client_ && assignment_.generation == generation) co_await news();
  if (!client_) throw boost::system::system_error(asio::error::operation_aborted);
}

asio::awaitable<void> KafkaGroup::news() {
  Waiter waiter(*this);
  co_await waiter.timer.async_wait(asio::as_tuple(asio::use_awaitable));  // ends by cancellation only
  if (!waiter.woken) throw boost::system::system_error(asio::error::operation_aborted);
}

void KafkaGroup::wake() {
  for (Waiter* waiter : waiting_) {
    waiter->woken = true;
    waiter->timer.cancel();
  }
}

void KafkaGroup::poll_later() {
  poll_.expires_after(poll_interval);
  poll_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    const auto self = weak.lock();
    if (!self || error || !self->client_) return;
    while (kafka::Event event = self->events_->poll()) self->handle(std::move(event));
    self->poll_later();
  });
}

void KafkaGroup::handle(kafka::Event event) {
  switch (rd_kafka_event_type(event.get())) {
    case RD_KAFKA_EVENT_REBALANCE:
      rebalance(*event);
      break;
    case RD_KAFKA_EVENT_ERROR:
      failure(*event);
      break;
    default:
      break;
  }
}

void KafkaGroup::rebalance(rd_kafka_event_t& event) {
  const bool gains = rd_kafka_event_error(&event) == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS;
  const bool lost = !gains && rd_kafka_assignment_lost(client_.get()) != 0;
  const rd_kafka_topic_partition_list_t& moved = *rd_kafka_event_topic_partition_list(&event);
  std::vector<std::int32_t> owned = assignment_.partitions;
  for (int i = 0; i < moved.cnt; ++i) {
    std::erase(owned, moved.elems[i].partition);
    if (gains) owned.push_back(moved.elems[i].partition);
  }
  if (!kafka::obey(*client_, event)) {
    owned.clear();
    tell("the Kafka client did not follow a change of the group and gave all partitions back");
  }
  if (lost && moved.cnt > 0) tell("all partitions are lost, the group has not heard of this member for too long; it joins again");
  if (gains && moved.cnt > 0) {
    lacks_topic_ = false;
    last_report_.clear();
  }
  std::ranges::sort(owned);
  if (owned == assignment_.partitions && assignment_.generation > 0) return;
  assignment_.partitions = std::move(owned);
  ++assignment_.generation;
  wake();
}

void KafkaGroup::failure(rd_kafka_event_t& event) {
  const rd_kafka_resp_err_t error = rd_kafka_event_error(&event);
  tell(rd_kafka_event_error_string(&event));
  lacks_topic_ = lacks_topic_ || is_unknown_topic(error);
  if (const boost::system::error_code final = refusal(error)) {
    refusal_ = final;
    wake();
  }
}

void KafkaGroup::tell(std::string sentence) {
  if (sentence == last_report_) return;
  if (report_) report_(fmt::format("Kafka group {}: {}", group_, sentence));
  last_report_ = std::move(sentence);
}

}  // namespace zhida::log
