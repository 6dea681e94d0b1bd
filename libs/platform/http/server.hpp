#pragma once

#include "platform/http/problem.hpp"
#include "platform/http/router.hpp"
#include "platform/runtime/task_group.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace zhida::observe {
class Log;
class Metrics;
}  // namespace zhida::observe

namespace zhida::auth {
class KeyRing;
}

namespace zhida::http {

struct Limits {
  std::size_t header_bytes = 16 * 1024;
  std::size_t connections = 4096;              ///< beyond: 503 and close
  std::chrono::milliseconds header{10'000};    ///< from a request's first byte to the end of its header; else 408
  std::chrono::milliseconds idle{60'000};      ///< between two requests of one connection
  std::chrono::milliseconds transfer{30'000};  ///< for a whole buffered body; on streams, without any progress
};

/// Decides before the handler whether `request` may use `route`: sets `request.principal`, or says why not (401, 403).
using Authorise = std::function<std::optional<Problem>(Request& request, const Route& route)>;

/// `Authorization: Bearer KEY` against `keys`, which must outlive the hook: 401 without a known key, 403 for another role.
Authorise bearer_keys(const auth::KeyRing& keys);

struct ServerOptions {
  Limits limits;
  Authorise authorise;                  ///< empty: every route that is not open is refused
  const observe::Log* log = nullptr;    ///< one line per refused or failed request and per change; successful reads at debug only
  observe::Metrics* metrics = nullptr;  ///< http_requests_total, http_request_seconds by route; http_connections
};

/// Accepts connections on `acceptor` until cancelled; each becomes a task of `sessions`.
///
/// Draining: on `cancellation_type::total` the listener returns, idle connections close, and a session in the middle of a request
/// answers it first, with `Connection: close`; streams are told by `Exchange::should_stop`. `router`, `sessions` and what `options` points
/// to must outlive both.
boost::asio::awaitable<void> serve(boost::asio::ip::tcp::acceptor acceptor, const Router& router, ServerOptions options,
                                   runtime::TaskGroup& sessions);

/// A listening socket on `address`:`port`; port 0 picks a free one. Throws `std::runtime_error` with a sentence if it cannot be had.
boost::asio::ip::tcp::acceptor listen(const boost::asio::any_io_executor& executor, const std::string& address, std::uint16_t port);

}  // namespace zhida::http
