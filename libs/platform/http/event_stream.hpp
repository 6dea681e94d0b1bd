#pragma once

#include "platform/http/exchange.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <string_view>

namespace zhida::http {

/// Server-Sent Events on an exchange. A client that leaves more than the queue limit unread is dropped.
class EventStream {
 public:
  static constexpr std::size_t queue_bytes = 64 * 1024;

  /// Sends the head of `text/event-stream`.
  explicit EventStream(Exchange& exchange);

  /// False once the client is gone or was dropped, or the server drains: stop then.
  /// `data` may have several lines; `id` and `event` must have one.
  bool send(std::string_view event, std::string_view data, std::string_view id = {});
  /// A comment that keeps proxies from closing an idle stream; the same result.
  bool keep_alive();
  /// Waits `pause`, sending keep-alive comments every 15 s, and ends early when the stream ends. The same result.
  boost::asio::awaitable<bool> pause(std::chrono::milliseconds pause);

 private:
  bool send_raw(std::string_view text);

  Exchange& exchange_;
  std::chrono::steady_clock::time_point last_sent_;
};

}  // namespace zhida::http
