#include "platform/log/kafka_ranges.hpp"

#include "platform/log/error.hpp"
#include "platform/log/ticket.hpp"

#include <boost/asio/post.hpp>

#include <memory>
#include <utility>

namespace zhida::log {

namespace asio = boost::asio;
using boost::system::result;

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
      std::int64_t low = 0;
      std::int64_t high = 0;
      const auto error = rd_kafka_query_watermark_offsets(client, name.c_str(), partition, &low, &high, static_cast<int>(limit.count()));
      result<Range> answer = Error::io;
      if (error == RD_KAFKA_RESP_ERR_NO_ERROR) answer = Range{without_marker(low), without_marker(high)};
      // The ticket goes along: it may only be answered, and end, on the executor.
      asio::post(executor, [ticket = std::move(ticket), answer] { ticket->answer(answer); });
    };
    asio::post(thread_, std::move(question));
  };
  co_return co_await runtime::Callback<Range>::wait(executor_, start);
}

}  // namespace zhida::log
