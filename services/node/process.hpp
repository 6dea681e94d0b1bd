#pragma once

#include "platform/auth/key_ring.hpp"
#include "platform/http/router.hpp"
#include "platform/http/server.hpp"
#include "platform/observe/log.hpp"
#include "platform/observe/metrics.hpp"
#include "platform/runtime/task_group.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>

#include <functional>
#include <string>
#include <string_view>

namespace zhida::node {

/// `debug`, `info`, `warning` or `error`; `info` for anything else.
observe::Level level_named(std::string_view name);

/// A process from start to orderly stop: what it keeps connected, what it works on, and whom it answers.
///
/// Its doors are opened (`http::listen`) before anything else is begun: a port that is taken ends the program while nothing runs yet.
/// A stop (SIGINT, SIGTERM, or a work that failed) finishes what is in hand: first requests, then works, then `release`, at last the
/// connections; at most ten seconds.
class Process {
 public:
  using Door = boost::asio::ip::tcp::acceptor;

  Process(boost::asio::io_context& context, const observe::Log& journal);
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  /// Kept up until the very end.
  void spawn_connection(boost::asio::awaitable<void> task) { connections_.spawn(std::move(task)); }
  /// Asked to finish at a stop. One that ends by itself with a failure ends the process: nothing can be relied on any more.
  void spawn_work(boost::asio::awaitable<void> task) { work_.spawn(std::move(task)); }
  /// Finishes first at a stop: it answers somebody.
  void spawn_session(boost::asio::awaitable<void> task) { sessions_.spawn(std::move(task)); }
  /// Tells that something on which everything stands has failed: the process ends, and `until_stopped` throws `reason`.
  void fail(std::string_view reason);

  /// Waits until told to stop, then stops; at once if something has failed already. `release` is awaited when no work is left. Throws
  /// `std::runtime_error` with the reason when something failed.
  boost::asio::awaitable<void> until_stopped(std::function<boost::asio::awaitable<void>()> release = nullptr);

  /// Answers `/metrics` at a door of its own to whoever can reach it, until told to stop: it is for Prometheus, behind a network policy.
  void show_metrics(Door door, observe::Metrics& metrics);
  /// Answers over HTTP whom `authorise` lets in, until told to stop.
  void answer(Door door, const http::Router& router, http::Authorise authorise, observe::Metrics& metrics);

 private:
  const observe::Log& journal_;
  runtime::TaskGroup connections_;
  runtime::TaskGroup work_;
  runtime::TaskGroup sessions_;
  http::Router metrics_router_;
  boost::asio::signal_set stop_signals_;
  std::string failure_;
};

/// `/healthz`, `/readyz` and, for this machine only, `/metrics`. `unready` says what is not ready yet, nothing when all is; it is asked at
/// each request.
void add_own_routes(http::Router& router, observe::Metrics& metrics, std::function<std::string()> unready);

/// Takes over changes of the keys' file, twice a second, until cancelled.
boost::asio::awaitable<void> reload_keys(auth::KeyRing& keys, const observe::Log& journal);

}  // namespace zhida::node
