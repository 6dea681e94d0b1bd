#include "node/presence/registry.hpp"

#include <boost/system/error_code.hpp>

#include <utility>

namespace zhida::node {
namespace {

constexpr std::string_view key = "zhida:{processes}";

// A field of the hash: `END TEXT`, or `-END TEXT` once dismissed; END = when the lease ends, in milliseconds of the server's clock.
const redis::Script& announcing() {
  static const redis::Script script(R"lua(
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local held = redis.call('HGET', KEYS[1], ARGV[1])
if held and string.sub(held, 1, 1) == '-' then return 0 end
if not redis.call('HGET', KEYS[1], 'since') then redis.call('HSET', KEYS[1], 'since', now) end
redis.call('HSET', KEYS[1], ARGV[1], (now + ARGV[2]) .. ' ' .. ARGV[3])
return 1
)lua");
  return script;
}

// First whether the hash is older than a lease, then id and text of each.
const redis::Script& looking() {
  static const redis::Script script(R"lua(
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local fields = redis.call('HGETALL', KEYS[1])
local seen = {0}
for i = 1, #fields, 2 do
  if fields[i] == 'since' then
    if now - fields[i + 1] >= tonumber(ARGV[1]) then seen[1] = 1 end
  else
    local ends, text = string.match(fields[i + 1], '^%-?(%d+) (.*)$')
    if tonumber(ends) < now then
      redis.call('HDEL', KEYS[1], fields[i])
    else
      seen[#seen + 1] = fields[i]
      seen[#seen + 1] = text
    end
  end
end
return seen
)lua");
  return script;
}

const redis::Script& leaving() {
  static const redis::Script script("return redis.call('HDEL', KEYS[1], ARGV[1])");
  return script;
}

const redis::Script& dismissing() {
  static const redis::Script script(R"lua(
local held = redis.call('HGET', KEYS[1], ARGV[1])
if held and string.match(held, '^%d+ (.*)$') == ARGV[2] then redis.call('HSET', KEYS[1], ARGV[1], '-' .. held) end
return 1
)lua");
  return script;
}

redis::Client::Awaitable<redis::Reply> run(redis::Client& redis, const redis::Script& script, std::vector<std::string> arguments) {
  std::vector<std::string> keys(1, std::string(key));
  auto reply = co_await redis.evaluate(script, std::move(keys), std::move(arguments));
  if (reply.has_value() && reply->is_error()) co_return boost::system::errc::make_error_code(boost::system::errc::protocol_error);
  co_return reply;
}

}  // namespace

auto Registry::announce(std::string_view id, const Announcement& announcement) -> Awaitable<Standing> {
  std::vector<std::string> arguments{std::string(id), std::to_string(lease.count()), to_text(announcement)};
  const auto reply = co_await run(redis_, announcing(), std::move(arguments));
  if (reply.has_error()) co_return reply.error();
  co_return reply->integer == 1 ? Standing::held : Standing::dismissed;
}

auto Registry::leave(std::string_view id) -> Awaitable<void> {
  std::vector<std::string> arguments(1, std::string(id));
  const auto reply = co_await run(redis_, leaving(), std::move(arguments));
  if (reply.has_error()) co_return reply.error();
  co_return boost::system::result<void>();
}

auto Registry::look() -> Awaitable<Seen> {
  std::vector<std::string> arguments(1, std::to_string(lease.count()));
  auto reply = co_await run(redis_, looking(), std::move(arguments));
  if (reply.has_error()) co_return reply.error();
  Seen seen;
  auto& items = reply->items;
  seen.whole = !items.empty() && items[0].integer == 1;
  for (std::size_t i = 1; i + 1 < items.size(); i += 2) {
    Entry entry;
    entry.id = std::move(items[i].text);
    entry.text = std::move(items[i + 1].text);
    entry.announcement = announcement_from(entry.text);
    seen.entries.push_back(std::move(entry));
  }
  co_return seen;
}

auto Registry::dismiss(std::string_view id, std::string_view text) -> Awaitable<void> {
  std::vector<std::string> arguments{std::string(id), std::string(text)};
  const auto reply = co_await run(redis_, dismissing(), std::move(arguments));
  if (reply.has_error()) co_return reply.error();
  co_return boost::system::result<void>();
}

}  // namespace zhida::node
