#include "platform/log/kafka_history.hpp"

#include "platform/log/error.hpp"
#include "platform/log/kafka_error.hpp"
#include "platform/log/kafka_record.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace zhida::log {

namespace asio = boost::asio;
using boost::system::result;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t most_lanes = 3;
constexpr auto patience = 100ms;  // for more records once there are some

}  // namespace

/// A client reads each of its partitions in one place only: several places, several clients.
struct KafkaHistory::Lane {
  Lane(const KafkaSettings& settings, const PartitionIndex& partitions)
      : client(kafka::make_reader(settings, 2'048, 1U << 20U, 50ms)), topics(*client, settings, partitions) {}

  kafka::Client client;
  kafka::Topics topics;
};

struct KafkaHistory::Stream {
  Lane* lane;
  std::size_t partition;
  std::shared_ptr<kafka::EventQueue> queue;
  Offset next;       ///< what was handed out lies before it
  RecordPtr peeked;  ///< read, but not handed out: it did not fit
  bool busy = false;
  bool broken = false;   ///< not known where it stands
  bool foreign = false;  ///< it met a record of another log
  bool over = false;     ///< nothing followed what was read
  Clock::time_point used = Clock::now();
};

KafkaHistory::KafkaHistory(asio::any_io_executor executor, const KafkaSettings& settings, const PartitionIndex& partitions,
                           std::string log_id)
    : executor_(std::move(executor)),
      settings_(settings),
      partitions_(partitions),
      log_id_(std::move(log_id)),
      freed_(executor_, Clock::time_point::max()) {
  lanes_.push_back(std::make_unique<Lane>(settings_, partitions_));
  kafka::get_ready(*lanes_.front()->client, settings_.request_limit);
}

KafkaHistory::~KafkaHistory() {
  while (!streams_.empty()) stop(streams_.begin());
}

void KafkaHistory::close() {
  closed_ = true;
  freed_.cancel();
  boost::system::error_code ignored;
  for (Stream& stream : streams_) stream.queue->signal().cancel(ignored);
}

asio::awaitable<result<Batch>> KafkaHistory::read(std::size_t partition, Offset from, Offset end, ReadLimits limits) {
  const auto self = shared_from_this();
  Stream* stream = co_await take(partition, from);
  if (!stream) co_return asio::error::make_error_code(asio::error::operation_aborted);
  struct Release {
    KafkaHistory& history;
    Stream& stream;
    ~Release() {
      stream.busy = false;
      stream.used = Clock::now();
      // One that is kept at the end would ask the brokers again and again for more.
      if (stream.over) history.stop(std::ranges::find(history.streams_, &stream, [](const Stream& each) { return &each; }));
      history.freed_.cancel();
    }
  } release{*this, *stream};
  stream->broken = true;  // until it is read to a good end: a wait that is given up leaves it anywhere
  result<Batch> batch = co_await collect(*stream, from, end, limits);
  if (batch) {
    stream->next = batch->next;
    stream->broken = stream->foreign;
    stream->over = batch->next >= end;
  }
  co_return batch;
}

asio::awaitable<KafkaHistory::Stream*> KafkaHistory::take(std::size_t partition, Offset from) {
  while (!closed_) {
    if (Stream* stream = choose(partition, from)) {
      stream->busy = true;
      co_return stream;
    }
    co_await freed_.async_wait(asio::as_tuple(asio::use_awaitable));  // ends by cancellation only: of the timer, or of this wait
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) break;
  }
  co_return nullptr;
}

// The stream that goes on at `from`; else one in a lane free for this partition; else the one unused for longest.
KafkaHistory::Stream* KafkaHistory::choose(std::size_t partition, Offset from) {
  std::vector<Lane*> taken;
  auto oldest = streams_.end();
  for (auto stream = streams_.begin(); stream != streams_.end(); ++stream) {
    if (stream->partition != partition) continue;
    taken.push_back(stream->lane);
    if (stream->busy) continue;
    if (stream->next == from && !stream->broken) return &*stream;
    if (oldest == streams_.end() || stream->used < oldest->used || stream->broken) oldest = stream;
  }
  const bool reuse = oldest != streams_.end() && (oldest->broken || taken.size() >= most_lanes);
  if (reuse) {
    Lane& lane = *oldest->lane;
    stop(oldest);
    return &start(lane, partition, from);
  }
  for (const auto& lane : lanes_)
    if (std::ranges::find(taken, lane.get()) == taken.end()) return &start(*lane, partition, from);
  if (lanes_.size() >= most_lanes) return nullptr;
  lanes_.push_back(std::make_unique<Lane>(settings_, partitions_));
  return &start(*lanes_.back(), partition, from);
}

KafkaHistory::Stream& KafkaHistory::start(Lane& lane, std::size_t partition, Offset from) {
  make_room();
  auto queue = std::make_shared<kafka::EventQueue>(executor_, kafka::Queue(rd_kafka_queue_new(lane.client.get())));
  kafka::start_reading(lane.topics, partition, from, *queue->get());
  streams_.push_back({&lane, partition, std::move(queue), from, nullptr});
  return streams_.back();
}

void KafkaHistory::stop(std::list<Stream>::iterator stream) {
  rd_kafka_consume_stop(stream->lane->topics.topic(stream->partition), stream->lane->topics.partition(stream->partition));
  streams_.erase(stream);
}

void KafkaHistory::make_room() {
  while (streams_.size() >= settings_.history_streams) {
    auto oldest = streams_.end();
    for (auto stream = streams_.begin(); stream != streams_.end(); ++stream)
      if (!stream->busy && (oldest == streams_.end() || stream->used < oldest->used)) oldest = stream;
    if (oldest == streams_.end()) return;
    stop(oldest);
  }
}

void KafkaHistory::forget(std::chrono::seconds idle) {
  const auto before = Clock::now() - idle;
  for (auto stream = streams_.begin(); stream != streams_.end();) {
    const auto next = std::next(stream);
    if (!stream->busy && stream->used < before) stop(stream);
    stream = next;
  }
}

asio::awaitable<result<Batch>> KafkaHistory::collect(Stream& stream, Offset from, Offset end, ReadLimits limits) {
  Batch batch;
  batch.next = from;
  std::size_t bytes = 0;
  auto deadline = Clock::now() + settings_.request_limit;
  // False when the record does not fit; it waits for the next read then.
  const auto take_record = [&](RecordPtr record) {
    bytes += size_of(*record);
    if (!batch.records.empty() && (batch.records.size() >= limits.records || bytes > limits.bytes)) {
      stream.peeked = std::move(record);
      return false;
    }
    batch.next = record->offset + 1;
    batch.records.push_back(std::move(record));
    if (batch.records.size() == 1) deadline = Clock::now() + patience;
    return true;
  };
  if (stream.peeked && !take_record(std::exchange(stream.peeked, nullptr))) co_return batch;
  while (batch.next < end && batch.records.size() < std::max<std::size_t>(limits.records, 1)) {
    kafka::Event event = stream.queue->poll();
    if (!event) {
      if (co_await arrival(stream, deadline)) continue;
      if (closed_) co_return asio::error::make_error_code(asio::error::operation_aborted);
      if (batch.records.empty()) co_return Error::io;
      co_return batch;
    }
    if (rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_ERROR) {
      const rd_kafka_resp_err_t error = rd_kafka_event_error(event.get());
      if (kafka::is_out_of_range(error)) co_return Error::trimmed;
      if (error != RD_KAFKA_RESP_ERR__PARTITION_EOF) continue;  // brokers come and go; the deadline decides
      const std::unique_ptr<rd_kafka_topic_partition_t, kafka::Destroy<rd_kafka_topic_partition_destroy>> place(
          rd_kafka_event_topic_partition(event.get()));
      if (place) batch.next = std::max(batch.next, place->offset);
      continue;
    }
    const rd_kafka_message_t* message = rd_kafka_event_message_next(event.get());
    if (!message || message->offset < batch.next) continue;
    kafka::Read read = kafka::read_message(*message);
    if (!read.log_id.empty() && read.log_id != log_id_) {
      stream.foreign = true;
      if (batch.records.empty()) co_return kafka::Error::foreign_record;
      co_return batch;  // what stands before it is ours; the next read meets it again
    }
    if (read.marker) {
      batch.next = message->offset + 1;
      continue;
    }
    if (!take_record(std::move(read.record))) break;
  }
  co_return batch;
}

// False: nothing came by the deadline.
asio::awaitable<bool> KafkaHistory::arrival(Stream& stream, Clock::time_point deadline) {
  using namespace asio::experimental::awaitable_operators;
  const auto queue = stream.queue;
  asio::steady_timer timer(executor_, deadline);
  const auto first = co_await (queue->signal().async_wait(asio::posix::stream_descriptor::wait_read, asio::as_tuple(asio::use_awaitable)) ||
                               timer.async_wait(asio::as_tuple(asio::use_awaitable)));
  co_return first.index() == 0 && !closed_ && !std::get<0>(std::get<0>(first));
}

}  // namespace zhida::log
