#include "platform/redis/client.hpp"

namespace zhida::redis {

using boost::system::result;

Client::Awaitable<Reply> Client::single(Commands one) {
  result<std::vector<Reply>> replies = co_await pipeline(std::move(one));
  if (!replies) co_return replies.error();
  co_return std::move(replies->front());
}

Client::Awaitable<Reply> Client::evaluate(const Script& script, std::vector<std::string> keys, std::vector<std::string> arguments) {
  const auto encode = [&](std::string_view name, std::string_view text) {
    Commands commands;
    commands.begin(name, 2 + keys.size() + arguments.size()).arg(text).arg(static_cast<std::int64_t>(keys.size()));
    for (const std::string& key : keys) commands.arg(key);
    for (const std::string& argument : arguments) commands.arg(argument);
    return commands;
  };
  Commands by_name = encode("EVALSHA", script.sha());
  result<Reply> reply = co_await single(std::move(by_name));
  if (!reply || !reply->is_error("NOSCRIPT")) co_return reply;
  Commands by_source = encode("EVAL", script.source());
  co_return co_await single(std::move(by_source));
}

}  // namespace zhida::redis
