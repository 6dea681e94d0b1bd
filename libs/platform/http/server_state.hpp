#pragma once

#include "platform/http/server.hpp"
#include "platform/observe/metrics.hpp"

#include <boost/asio/steady_timer.hpp>

#include <array>
#include <chrono>
#include <list>
#include <string>
#include <vector>

namespace zhida::http {

class Session;

/// What the listener, the sweeper and all sessions of one server share.
struct ServerState {
  ServerState(const Router& routes, ServerOptions settings, const boost::asio::any_io_executor& executor);

  /// Idle sessions end now, waiting streams wake up, the others end after the request in hand.
  void begin_drain();
  /// Cuts off sessions past their time limits and renews `date`.
  void sweep();
  void count(const Request& request, Status status, std::chrono::steady_clock::duration took);

  const Router& router;
  ServerOptions options;
  std::list<Session*> sessions;
  std::size_t refusals = 0;  ///< sessions that only say 503
  bool draining = false;
  std::string date;  ///< value of the Date header
  boost::asio::steady_timer tick;

 private:
  struct RouteMetrics {
    std::array<observe::Counter*, 6> by_class{};  // index: status / 100
    observe::Histogram* seconds = nullptr;
  };
  RouteMetrics make_metrics(const std::string& route);
  void log(const Request& request, Status status, std::chrono::steady_clock::duration took) const;

  std::vector<RouteMetrics> metrics_;  // by route, the last for requests without one
};

}  // namespace zhida::http
