#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/beast/core/tcp_stream.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace zhida::gateway {

/// Where a process of a service listens.
struct Endpoint {
  std::string host;
  std::uint16_t port = 0;

  std::string text() const { return host + ":" + std::to_string(port); }
};

/// Reads `host:port`, several with commas. Throws `std::invalid_argument` with a sentence naming what is wrong.
std::vector<Endpoint> parse_endpoints(std::string_view text);

/// The processes of one service, asked in turn. One that cannot be reached is left alone for a moment.
class Upstreams {
 public:
  using Stream = boost::beast::tcp_stream;

  /// A connection and whether it was used before: such a one may turn out closed by the other side.
  struct Connection {
    std::unique_ptr<Stream> stream;
    std::size_t endpoint = 0;
    bool used = false;
  };

  Upstreams(boost::asio::any_io_executor executor, std::string service, std::vector<Endpoint> endpoints);

  /// A connection to one that answers; `fresh`: one that nobody used. Its stream is null when none can be reached.
  boost::asio::awaitable<Connection> connect(bool fresh);
  /// Gives back a connection on which a request was answered whole.
  void keep(Connection connection);

  const std::string& service() const { return service_; }
  const std::vector<Endpoint>& endpoints() const { return endpoints_; }

 private:
  using Clock = std::chrono::steady_clock;
  struct Idle {
    std::unique_ptr<Stream> stream;
    Clock::time_point since;
  };

  boost::asio::awaitable<std::unique_ptr<Stream>> open(std::size_t endpoint);

  boost::asio::any_io_executor executor_;
  std::string service_;
  std::vector<Endpoint> endpoints_;
  std::vector<std::vector<Idle>> idle_;        // by endpoint, the youngest last
  std::vector<Clock::time_point> back_after_;  // by endpoint: not asked before, unless all are so
  std::size_t next_ = 0;
};

}  // namespace zhida::gateway
