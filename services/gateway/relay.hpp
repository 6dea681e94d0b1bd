#pragma once

#include "gateway/metrics.hpp"
#include "gateway/upstreams.hpp"
#include "platform/http/problem.hpp"
#include "platform/http/response.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>

#include <array>
#include <chrono>
#include <string_view>

namespace zhida::gateway {

/// Who answers what.
class Routes {
 public:
  virtual ~Routes() = default;

  /// The service that answers a target; null for none.
  virtual Upstreams* service(std::string_view target) = 0;
  /// The gateway's own answer to a target that no service answers; `loopback`: asked from this machine.
  virtual boost::asio::awaitable<http::Response> own(std::string_view target, bool loopback) = 0;
};

/// One client's connection: hands each request to a process of its service and the answer back, byte by byte, both at the same time, so
/// that uploads and streams of any length pass through bounded memory.
///
/// A request that reached nobody is tried elsewhere; GET and HEAD also if their process died before it answered. What cannot be answered
/// gets 503 with Retry-After.
class Relay {
 public:
  /// Everything referred to must outlive it.
  Relay(boost::beast::tcp_stream client, Routes& routes, Metrics& metrics);

  /// Serves until the client leaves, or a stop is requested between two requests.
  boost::asio::awaitable<void> run();

 private:
  using Request = boost::beast::http::request_parser<boost::beast::http::buffer_body>;
  using Response = boost::beast::http::response_parser<boost::beast::http::buffer_body>;
  enum class End {
    answered,   ///< whole
    untouched,  ///< nothing of an answer came
    broken,     ///< in the middle of the answer, or the client is gone
  };

  boost::asio::awaitable<bool> serve_one();
  boost::asio::awaitable<End> pass(Request& request, Upstreams::Connection& upstream);
  boost::asio::awaitable<void> send_body(Request& request, Upstreams::Stream& to);
  boost::asio::awaitable<End> send_answer(Upstreams::Stream& from, bool head_only, bool& keep_alive);
  boost::asio::awaitable<void> refuse(http::Problem problem);
  boost::asio::awaitable<void> answer(const http::Response& response);

  boost::beast::tcp_stream client_;
  Routes& routes_;
  Metrics& metrics_;
  boost::beast::flat_buffer in_;      // from the client
  boost::beast::flat_buffer answer_;  // from the service
  std::array<char, 64 * 1024> up_{}, down_{};
  bool keep_alive_ = true;
  std::chrono::steady_clock::time_point began_;  // the request in hand
  std::string_view asked_;                       // the service it is for
  unsigned answered_ = 0;                        // the status handed to the client; 0 = none yet
};

}  // namespace zhida::gateway
