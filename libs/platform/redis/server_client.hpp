#pragma once

#include "platform/redis/address.hpp"
#include "platform/redis/client.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>

namespace zhida::redis {

class Connection;

/// One pipelined connection to a Redis server that is made again whenever it breaks.
///
/// A server that hangs is given up after a silence, and whoever waits for it is told.
class ServerClient final : public Client {
 public:
  struct Options {
    std::chrono::milliseconds first_delay{5};  ///< before connecting again; doubled with each failure
    std::chrono::milliseconds longest_delay{500};
    std::chrono::milliseconds connect_limit{2'000};  ///< until connected and authenticated
    std::chrono::milliseconds silence{3'000};        ///< without an answer to PING, sent as often: the connection is ended
  };

  ServerClient(boost::asio::any_io_executor executor, Address address, Observer observer = {});
  ServerClient(boost::asio::any_io_executor executor, Address address, Observer observer, Options options);
  ~ServerClient() override;

  /// Connected means authenticated, and the server's data loaded.
  boost::asio::awaitable<void> run() override;
  bool connected() const override;
  std::uint64_t connections() const override { return connections_; }
  boost::asio::awaitable<void> wait_until_connected() override;
  Awaitable<std::vector<Reply>> pipeline(Commands commands) override;

 private:
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
  std::string refusal_;  // in words: why the server lets nobody in
  std::string last_told_;
  std::uint64_t connections_ = 0;
  boost::asio::steady_timer changed_;  // used as a condition variable
};

}  // namespace zhida::redis
