#include "effect/snapshot_reader.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace zhida::effect_service {

using boost::system::error_code;
using boost::system::result;

boost::asio::awaitable<result<Snapshot>> SnapshotReader::read(int partition, const Build& build) {
  const Build transaction = [&](const stores::Generation& generation, const std::string& prefix, redis::Commands& commands) {
    commands.add("MULTI");
    build(generation, prefix, commands);
    commands.add("HMGET", stores::meta_key(fold_.name(), partition), std::string_view("log"), generation.name);
    commands.add("EXEC");
  };
  result<stores::LiveReplies> live = co_await reader_.read(partition, transaction);
  if (!live) co_return live.error();
  Snapshot snapshot;
  snapshot.generation = std::move(live->generation);
  snapshot.replies = std::move(live->replies.back().items);
  if (snapshot.replies.empty() || std::ranges::any_of(snapshot.replies, [](const redis::Reply& reply) { return reply.is_error(); }))
    co_return error_code(stores::Error::unavailable);
  const redis::Reply meta = std::move(snapshot.replies.back());
  snapshot.replies.pop_back();
  std::optional<stores::PositionVector> at;
  if (meta.items.size() == 2) at = stores::parse_position_vector(meta.items[1].text, fold_.topics());
  if (!at) co_return error_code(stores::Error::unavailable);
  snapshot.generation.at = std::move(*at);
  snapshot.log = meta.items[0].text;
  co_return snapshot;
}

}  // namespace zhida::effect_service
