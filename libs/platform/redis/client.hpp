#pragma once

#include "platform/redis/address.hpp"
#include "platform/redis/commands.hpp"
#include "platform/redis/reply.hpp"
#include "platform/redis/script.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/result.hpp>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace zhida::redis {

class Connection;

/// One pipelined connection to a Redis server, shared by all coroutines of its executor, that is
/// made again whenever it breaks.
///
/// Lifecycle: construct, spawn `run()`, use, cancel `run()`, destroy. Not thread-safe.
/// No time limits for single calls: wrap them in runtime::within. But a server that hangs is given up after a silence, and
/// whoever waits for it is told. Every call is cancellable: the server still
/// runs the commands, their replies are dropped. Keep blocking commands (BLPOP, SUBSCRIBE) off it.
class Client {
 public:
  template <class T>
  using Awaitable = boost::asio::awaitable<boost::system::result<T>>;

  struct Options {
    std::chrono::milliseconds first_delay{5};  ///< before connecting again; doubled with each failure
    std::chrono::milliseconds longest_delay{500};
    std::chrono::milliseconds connect_limit{2'000};  ///< until connected and authenticated
    std::chrono::milliseconds silence{3'000};        ///< without an answer to PING, sent as often: the connection is ended
  };

  /// Told of each change: `up`, and why it went down. May be empty.
  using Observer = std::function<void(bool up, std::string_view reason)>;

  Client(boost::asio::any_io_executor executor, Address address, Observer observer = {});
  Client(boost::asio::any_io_executor executor, Address address, Observer observer, Options options);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Connects, authenticates, waits while the server loads its data, and begins again whenever the connection ends,
  /// until cancelled (`terminal`: it serves those who finish their work after a graceful stop). Without it no call succeeds.
  boost::asio::awaitable<void> run();

  /// True while commands can be sent.
  bool connected() const;

  /// Counts connections made; another number means the server may have been another, or emptied.
  std::uint64_t connections() const { return connections_; }

  /// Waits until connected. Throws operation_aborted when cancelled.
  boost::asio::awaitable<void> wait_until_connected();

  /// Sends one command, e.g. `co_await redis.command("GET", key)`. The arguments are copied before the call returns.
  /// An error reply of the server is a value. Errors: `not_connected` at once, nothing was sent;
  /// `connection_reset`: the connection broke before the reply: the command may have run or not.
  template <std::convertible_to<std::string_view>... Arguments>
  Awaitable<Reply> command(std::string_view name, const Arguments&... arguments) {
    Commands one;
    one.add(name, arguments...);
    return single(std::move(one));
  }

  /// Sends `commands` in one write; their replies in the same order. Others' commands may run between them.
  /// Errors as `command`: with `connection_reset` any number of them, from the first on, may have run.
  Awaitable<std::vector<Reply>> pipeline(Commands commands);

  /// Runs a script: EVALSHA, and EVAL if the server does not know it. Errors as `command`.
  Awaitable<Reply> evaluate(const Script& script, std::vector<std::string> keys, std::vector<std::string> arguments);

  /// SCRIPT LOAD, for pipelines with Commands::evaluate. Errors as `command`.
  Awaitable<Reply> load(const Script& script);

 private:
  Awaitable<Reply> single(Commands one);
  Awaitable<void> connect();
  boost::asio::awaitable<void> watch();
  void set_connected();
  void tell(bool up, std::string reason);

  boost::asio::any_io_executor executor_;
  Address address_;
  Observer observer_;
  Options options_;
  std::unique_ptr<Connection> connection_;
  bool connected_ = false;
  std::string last_told_;
  std::uint64_t connections_ = 0;
  boost::asio::steady_timer changed_;  // used as a condition variable
};

}  // namespace zhida::redis
