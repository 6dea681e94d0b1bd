#include "platform/log/kafka_compaction.hpp"

#include "platform/log/error.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <string>
#include <unordered_set>

namespace zhida::log {

namespace asio = boost::asio;
using boost::system::result;
using namespace std::chrono_literals;

asio::awaitable<result<std::size_t>> KafkaCompaction::stale() {
  const result<Range> whole = co_await range();
  if (!whole) co_return whole.error();
  std::unordered_set<std::string> keys;
  for (Offset next = whole->start; next < whole->end;) {
    const result<Batch> batch = co_await read(next, whole->end);
    if (!batch) co_return batch.error();
    for (const RecordPtr& record : batch->records)
      if (!keys.insert(record->key).second) co_return std::size_t{1};
    if (batch->next <= next) co_return Error::io;
    next = batch->next;
  }
  co_return std::size_t{0};
}

asio::awaitable<result<void>> KafkaCompaction::run() {
  const auto begun = std::chrono::steady_clock::now();
  auto pause = std::chrono::milliseconds(50);
  auto next_roll = begun;
  asio::steady_timer timer(co_await asio::this_coro::executor);
  for (;;) {
    const result<std::size_t> left = co_await stale();
    if (!left) co_return left.error();
    if (*left == 0) co_return result<void>();
    const auto now = std::chrono::steady_clock::now();
    if (now - begun > limit) co_return Error::busy;
    if (now >= next_roll) {
      const result<void> rolled = co_await roll();
      if (!rolled) co_return rolled;
      next_roll = now + std::max<std::chrono::milliseconds>(segment, 500ms);
    }
    timer.expires_after(pause);
    co_await timer.async_wait(asio::use_awaitable);
    pause = std::min<std::chrono::milliseconds>(2 * pause, 5s);
  }
}

}  // namespace zhida::log
