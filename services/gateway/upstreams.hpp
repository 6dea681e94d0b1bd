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

/// The processes of one service, asked in turn. One that cannot be reached is left alone for a moment; one that does not answer whether it
/// is alive is left alone until it does, and what was asked of it is cut off, so that a frozen process holds up nobody for long.
class Upstreams {
 public:
  using Stream = boost::beast::tcp_stream;

  /// How long a process may take to say that it is alive.
  static constexpr std::chrono::milliseconds patience{2'000};

  struct Connection {
    std::shared_ptr<Stream> stream;
    std::size_t endpoint = 0;
  };

  Upstreams(boost::asio::any_io_executor executor, std::string service, std::vector<Endpoint> endpoints);

  /// A connection to one that answers, to one that is ready rather than to another. `fresh`: one that nobody used; others may turn out
  /// closed by the other side. Its stream is null when none can be reached.
  boost::asio::awaitable<Connection> connect(bool fresh);
  /// Gives back a connection on which a request was answered whole.
  void keep(Connection connection);

  /// Asks a process again and again whether it is alive and ready, until cancelled.
  boost::asio::awaitable<void> watch(std::size_t endpoint);

  const std::string& service() const { return service_; }
  /// Whether a process said that it is alive when `watch` last asked.
  bool alive(std::size_t endpoint) const { return alive_[endpoint]; }
  const std::vector<Endpoint>& endpoints() const { return endpoints_; }

 private:
  using Clock = std::chrono::steady_clock;
  struct Idle {
    std::shared_ptr<Stream> stream;
    Clock::time_point since;
  };

  enum class Standing { ready, up, left_alone };  // in the order in which they are asked

  Standing standing_of(std::size_t endpoint) const;
  boost::asio::awaitable<std::shared_ptr<Stream>> open(std::size_t endpoint);
  void cut_off(std::size_t endpoint);

  boost::asio::any_io_executor executor_;
  std::string service_;
  std::vector<Endpoint> endpoints_;
  std::vector<std::vector<Idle>> idle_;                   // by endpoint, the youngest last
  std::vector<std::vector<std::weak_ptr<Stream>>> open_;  // by endpoint, some already closed
  std::vector<Clock::time_point> back_after_;             // by endpoint: not asked before, unless all are so
  std::vector<bool> alive_;                               // by endpoint
  std::vector<bool> unready_;                             // by endpoint: said so when last asked
  std::size_t next_ = 0;
};

}  // namespace zhida::gateway
