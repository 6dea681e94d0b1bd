#pragma once

#include "platform/redis/commands.hpp"
#include "platform/redis/reply.hpp"
#include "platform/redis/script.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/system/result.hpp>

#include <concepts>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace zhida::redis {

/// The port to Redis: one server (`ServerClient`), a cluster of them (`ClusterClient`), or a model of it in tests.
///
/// Shared by all coroutines of its executor. Lifecycle: construct, spawn `run()`, use, cancel `run()`, destroy. Not thread-safe.
/// No time limits for single calls: wrap them in runtime::within. Every call is cancellable: the server still runs the commands, their
/// replies are dropped. Keep blocking commands (BLPOP, SUBSCRIBE) off it.
///
/// Whoever implements it writes `run`, `connected`, `connections`, `wait_until_connected` and `pipeline`: every command comes through
/// `pipeline`, and `Commands::words` takes one apart. What the product sends: HGET, HMGET, HGETALL, HKEYS, HLEN, EXISTS, UNLINK, DEL;
/// GET, and SET with NX and PX; SCAN with MATCH and COUNT; MULTI … EXEC around reads; EVALSHA, EVAL and SCRIPT LOAD of its scripts.
class Client {
 public:
  template <class T>
  using Awaitable = boost::asio::awaitable<boost::system::result<T>>;

  /// Told of each change of a connection: `up`, and why it went down. May be empty.
  using Observer = std::function<void(bool up, std::string_view reason)>;

  Client() = default;
  virtual ~Client() = default;
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Connects and begins again whenever a connection ends, until cancelled (`terminal`: it serves those who finish their work after a
  /// graceful stop). Without it no call succeeds.
  virtual boost::asio::awaitable<void> run() = 0;

  /// True while commands can be sent, whatever their keys.
  virtual bool connected() const = 0;

  /// Never falls. Another number means that some key's server may have been another, or emptied: of a cluster, the connections
  /// made to all of its servers and the changes of who serves what.
  virtual std::uint64_t connections() const = 0;

  /// Waits until connected. Throws operation_aborted when cancelled.
  virtual boost::asio::awaitable<void> wait_until_connected() = 0;

  /// Sends one command, e.g. `co_await redis.command("GET", key)`. The arguments are copied before the call returns.
  /// An error reply of the server is a value. Errors: `not_connected`: nothing was done; `connection_reset`: the connection broke before
  /// the reply: the command may have run or not.
  template <std::convertible_to<std::string_view>... Arguments>
  Awaitable<Reply> command(std::string_view name, const Arguments&... arguments) {
    Commands one;
    one.add(name, arguments...);
    return single(std::move(one));
  }

  /// Sends `commands` in one write; their replies in the same order. Others' commands may run between them.
  /// Errors as `command`: with `connection_reset` any of them may have run.
  ///
  /// In a cluster the keys of one command, and of all between MULTI and EXEC, share a hash tag. Commands on keys of one tag run in their
  /// order; such of several tags go to their servers one after the other. SCAN and KEYS name the tag in their pattern, and see what
  /// that tag's server has; SCRIPT and FLUSHALL go to every server that is connected.
  /// While a tag moves from one server to another, a command that reads may be run again, later than others of the tag behind it, never
  /// earlier than one before it; a command that writes is run once.
  virtual Awaitable<std::vector<Reply>> pipeline(Commands commands) = 0;

  /// Runs a script: EVALSHA, and EVAL if the server does not know it. Errors as `command`.
  Awaitable<Reply> evaluate(const Script& script, std::vector<std::string> keys, std::vector<std::string> arguments);

  /// SCRIPT LOAD, for pipelines with Commands::evaluate. Errors as `command`.
  Awaitable<Reply> load(const Script& script) { return command("SCRIPT", "LOAD", script.source()); }

 private:
  Awaitable<Reply> single(Commands one);
};

}  // namespace zhida::redis
