#include "platform/log/kafka_ranges.hpp"

#include "platform/log/error.hpp"
#include "platform/log/ticket.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <memory>
#include <thread>
#include <utility>

namespace zhida::log {

namespace asio = boost::asio;
using boost::system::result;

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds pause_before_retry{50};

int milliseconds_until(Clock::time_point deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
  return static_cast<int>(std::max<std::int64_t>(left, 1));
}

/// Who leads the topic's partitions, as the brokers say now.
void ask_for_leaders(rd_kafka_t* client, const std::string& name, Clock::time_point deadline) {
  const kafka::Topic topic(rd_kafka_topic_new(client, name.c_str(), nullptr));
  const rd_kafka_metadata_t* metadata = nullptr;
  if (topic && rd_kafka_metadata(client, 0, topic.get(), &metadata, milliseconds_until(deadline)) == RD_KAFKA_RESP_ERR_NO_ERROR)
    rd_kafka_metadata_destroy(metadata);
}

result<Range> query(rd_kafka_t* client, const std::string& name, std::int32_t partition, std::chrono::milliseconds limit) {
  const auto deadline = Clock::now() + limit;
  for (;;) {
    std::int64_t low = 0;
    std::int64_t high = 0;
    const auto error = rd_kafka_query_watermark_offsets(client, name.c_str(), partition, &low, &high, milliseconds_until(deadline));
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return Range{without_marker(low), without_marker(high)};
    if (Clock::now() + pause_before_retry >= deadline) return Error::io;
    std::this_thread::sleep_for(pause_before_retry);
    // librdkafka 2.0 goes on asking a leader that was replaced, for as long as it remembers it: 15 minutes.
    ask_for_leaders(client, name, deadline);
  }
}

}  // namespace

KafkaRanges::KafkaRanges(asio::any_io_executor executor, const KafkaSettings& settings)
    : executor_(std::move(executor)), limit_(settings.request_limit), client_(kafka::make_client(RD_KAFKA_PRODUCER, settings, 0, {})) {}

KafkaRanges::~KafkaRanges() {
  thread_.stop();
  thread_.join();
}

asio::awaitable<result<Range>> KafkaRanges::ask(std::string topic, std::int32_t partition) {
  auto start = [&](void* opaque) {
    auto ticket = std::make_shared<Ticket<Range>>(opaque);
    auto question = [executor = executor_, client = client_.get(), limit = limit_, name = topic, partition,
                     ticket = std::move(ticket)]() mutable {
      const result<Range> answer = query(client, name, partition, limit);
      // The ticket goes along: it may only be answered, and end, on the executor.
      asio::post(executor, [ticket = std::move(ticket), answer] { ticket->answer(answer); });
    };
    asio::post(thread_, std::move(question));
  };
  co_return co_await runtime::Callback<Range>::wait(executor_, start);
}

}  // namespace zhida::log
