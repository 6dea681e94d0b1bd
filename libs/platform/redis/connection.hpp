#pragma once

#include "platform/redis/address.hpp"
#include "platform/redis/commands.hpp"
#include "platform/redis/reply.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/result.hpp>

#include <string>
#include <vector>

struct redisAsyncContext;

namespace zhida::redis {

/// One connection to a Redis server, from connecting to its end; `ServerClient` makes a new one each time.
/// Must be destroyed outside of hiredis' callbacks. Single-threaded.
class Connection {
 public:
  explicit Connection(boost::asio::any_io_executor executor);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Connects; does not authenticate. Errors: `host_not_found`, `connection_refused`. Cancellable.
  boost::asio::awaitable<boost::system::result<void>> connect(const Address& address);

  /// See Client::pipeline.
  boost::asio::awaitable<boost::system::result<std::vector<Reply>>> send(Commands commands);

  /// Waits for the end of the connection. Throws operation_aborted when cancelled.
  boost::asio::awaitable<void> closed();

  bool open() const { return state_ == State::open; }

  /// Why it ended, in hiredis' words.
  const std::string& reason() const { return reason_; }

  /// Ends it at once; commands still waiting complete with `connection_reset`.
  void close();
  /// The same, for this reason.
  void give_up(std::string reason);

 private:
  enum class State { closed, connecting, open };

  void submit(const Commands& commands, void* opaque);
  void ended(const redisAsyncContext* context);
  static void on_connect(const redisAsyncContext* context, int status);
  static void on_disconnect(const redisAsyncContext* context, int status);

  boost::asio::any_io_executor executor_;
  State state_ = State::closed;
  redisAsyncContext* context_ = nullptr;  // hiredis frees it when the connection ends
  std::string reason_;
  boost::asio::steady_timer changed_;  // used as a condition variable
};

}  // namespace zhida::redis
