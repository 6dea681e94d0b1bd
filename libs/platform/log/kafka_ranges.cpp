#include "platform/log/kafka_ranges.hpp"

#include "platform/log/error.hpp"
#include "platform/log/ticket.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

namespace zhida::log {

namespace asio = boost::asio;
using boost::system::result;

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds pause_before_retry{50};
// A call of librdkafka cannot be cut short, and a stop must not wait for brokers that are away.
constexpr std::chrono::milliseconds longest_call{2'000};

int wait_of_a_call(Clock::time_point deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
  return static_cast<int>(std::clamp(left, std::chrono::milliseconds(1), longest_call).count());
}

/// Who leads the topic's partitions, as the brokers say now.
void ask_for_leaders(rd_kafka_t* client, const std::string& name, Clock::time_point deadline) {
  const kafka::Topic topic(rd_kafka_topic_new(client, name.c_str(), nullptr));
  const rd_kafka_metadata_t* metadata = nullptr;
  if (topic && rd_kafka_metadata(client, 0, topic.get(), &metadata, wait_of_a_call(deadline)) == RD_KAFKA_RESP_ERR_NO_ERROR)
    rd_kafka_metadata_destroy(metadata);
}

// Not rd_kafka_query_watermark_offsets: librdkafka 2.0 lets that wait for brokers that are silent however little time it is given.
std::optional<Offset> ask_for_offset(rd_kafka_t* client, const std::string& name, std::int32_t partition, std::int64_t which,
                                     Clock::time_point deadline) {
  const std::unique_ptr<rd_kafka_topic_partition_list_t, kafka::Destroy<rd_kafka_topic_partition_list_destroy>> asked(
      rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(asked.get(), name.c_str(), partition)->offset = which;
  const auto error = rd_kafka_offsets_for_times(client, asked.get(), wait_of_a_call(deadline));
  const rd_kafka_topic_partition_t& answer = asked->elems[0];
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR || answer.err != RD_KAFKA_RESP_ERR_NO_ERROR || answer.offset < 0) return std::nullopt;
  return answer.offset;
}

result<Range> query(rd_kafka_t* client, const std::string& name, std::int32_t partition, std::chrono::milliseconds limit,
                    const std::atomic<bool>& stopping) {
  const auto deadline = Clock::now() + limit;
  for (;;) {
    const auto low = ask_for_offset(client, name, partition, RD_KAFKA_OFFSET_BEGINNING, deadline);
    const auto high = low ? ask_for_offset(client, name, partition, RD_KAFKA_OFFSET_END, deadline) : low;
    if (high) return Range{without_marker(*low), without_marker(*high)};
    if (stopping || Clock::now() + pause_before_retry >= deadline) return Error::io;
    std::this_thread::sleep_for(pause_before_retry);
    // librdkafka 2.0 goes on asking a leader that was replaced, for as long as it remembers it: 15 minutes.
    ask_for_leaders(client, name, deadline);
  }
}

}  // namespace

KafkaRanges::KafkaRanges(asio::any_io_executor executor, const KafkaSettings& settings)
    : executor_(std::move(executor)), limit_(settings.request_limit), client_(kafka::make_client(RD_KAFKA_PRODUCER, settings, 0, {})) {}

KafkaRanges::~KafkaRanges() {
  stopping_ = true;
  thread_.stop();
  thread_.join();
}

asio::awaitable<result<Range>> KafkaRanges::ask(std::string topic, std::int32_t partition) {
  auto start = [&](void* opaque) {
    auto ticket = std::make_shared<Ticket<Range>>(opaque);
    auto question = [executor = executor_, client = client_.get(), limit = limit_, name = topic, partition, &stopping = stopping_,
                     ticket = std::move(ticket)]() mutable {
      const result<Range> answer = query(client, name, partition, limit, stopping);
      // The ticket goes along: it may only be answered, and end, on the executor.
      asio::post(executor, [ticket = std::move(ticket), answer] { ticket->answer(answer); });
    };
    asio::post(thread_, std::move(question));
  };
  co_return co_await runtime::Callback<Range>::wait(executor_, start);
}

}  // namespace zhida::log
