#include "stores/fold/fold_reader.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include <algorithm>
#include <utility>

namespace zhida::stores {

using boost::system::error_code;
using boost::system::result;
using redis::Reply;

PositionVector FoldReader::announced(int partition) const {
  PositionVector positions;
  positions.next.reserve(fold_.topics().size());
  for (const std::string& topic : fold_.topics()) positions.next.push_back(progress_.position(topic, partition));
  return positions;
}

auto FoldReader::find_live(int partition) -> Awaitable<void> {
  live_.erase(partition);
  redis::Commands command;
  command.add("HGETALL", meta_key(fold_.name(), partition));
  const result<std::vector<Reply>> replies = co_await redis_.pipeline(std::move(command));
  if (!replies) co_return error_code(Error::unavailable);
  std::optional<FoldMeta> meta = FoldMeta::parse(replies->front(), fold_.topics());
  if (!meta || !meta->live || !fold_.serves(meta->live->layout)) co_return error_code(Error::unavailable);
  live_[partition] = std::move(*meta->live);
  co_return result<void>();
}

auto FoldReader::read(int partition, const Build& build) -> Awaitable<LiveReplies> {
  for (int attempt = 0; attempt < 3; ++attempt) {
    if (!live_.contains(partition)) {
      const result<void> found = co_await find_live(partition);
      if (!found) co_return found.error();
    }
    LiveReplies live;
    live.generation = live_.at(partition);
    // Taken before the commands are sent: what the runner announces later may truly be newer than what they read.
    const PositionVector least = announced(partition);
    redis::Commands commands;
    build(live.generation, key_prefix(fold_.name(), partition, live.generation.name), commands);
    commands.add("HMGET", meta_key(fold_.name(), partition), std::string_view("live"), live.generation.name);
    result<std::vector<Reply>> replies = co_await redis_.pipeline(std::move(commands));
    if (!replies) co_return error_code(Error::unavailable);

    const Reply meta = std::move(replies->back());
    replies->pop_back();
    std::optional<PositionVector> at;
    if (meta.items.size() == 2 && meta.items[0].text == live.generation.name)
      at = parse_position_vector(meta.items[1].text, fold_.topics());
    if (!at) {
      live_.erase(partition);
      continue;
    }
    if (!at->reaches(least) || std::ranges::any_of(*replies, [](const Reply& reply) { return reply.is_error(); }))
      co_return error_code(Error::unavailable);
    for (std::size_t i = 0; i < at->next.size(); ++i) progress_.advance(fold_.topics()[i], partition, at->next[i]);
    live.generation.at = std::move(*at);
    live.replies = std::move(*replies);
    co_return live;
  }
  co_return error_code(Error::unavailable);
}

auto FoldReader::read_all(int partitions, const Build& build) -> Awaitable<std::vector<LiveReplies>> {
  std::vector<std::optional<LiveReplies>> read(static_cast<std::size_t>(partitions));
  co_await read_from(0, build, read);
  std::vector<LiveReplies> all;
  for (std::optional<LiveReplies>& each : read) {
    if (!each) co_return error_code(Error::unavailable);
    all.push_back(std::move(*each));
  }
  co_return all;
}

boost::asio::awaitable<void> FoldReader::read_from(int partition, const Build& build, std::vector<std::optional<LiveReplies>>& into) {
  using namespace boost::asio::experimental::awaitable_operators;
  const auto place = static_cast<std::size_t>(partition);
  const auto read_this = [&]() -> boost::asio::awaitable<void> {
    result<LiveReplies> live = co_await read(partition, build);
    if (live) into[place] = std::move(*live);
  };
  if (place + 1 == into.size())
    co_await read_this();
  else
    co_await (read_this() && read_from(partition + 1, build, into));
}

boost::asio::awaitable<bool> FoldReader::wait_until(std::string_view topic, int partition, log::Offset offset,
                                                    std::chrono::milliseconds limit) {
  using namespace std::chrono;
  const std::string name(topic);
  const auto deadline = Notice::Clock::now() + limit;
  const Build nothing = [](const Generation&, const std::string&, redis::Commands&) {};
  for (;;) {
    const auto left = duration_cast<milliseconds>(deadline - Notice::Clock::now());
    if (left.count() <= 0) co_return progress_.position(name, partition) > offset;
    if (co_await progress_.wait_until(name, partition, offset, std::min(left, milliseconds(100)))) co_return true;
    const result<LiveReplies> looked = co_await read(partition, nothing);  // tells `progress_` what it finds
    if (looked && progress_.position(name, partition) > offset) co_return true;
  }
}

}  // namespace zhida::stores
