#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include <sys/types.h>

namespace zhida::chaos {

/// What a port of the proxy leads to.
enum class Behind { broker, redis };

/// The network between the services and what they stand on: each connection knows which process it belongs to, so that one process can
/// be cut off, or have what it just sent kept back, while the others go on.
class Proxy {
 public:
  Proxy();
  ~Proxy();
  Proxy(const Proxy&) = delete;
  Proxy& operator=(const Proxy&) = delete;

  /// A new port that leads to `target`.
  std::uint16_t lead_to(std::uint16_t target, Behind behind);
  /// The process whose children the services are.
  void set_supervisor(pid_t pid) { supervisor_ = pid; }

  /// Nothing passes between the process and the brokers, or Redis, in either direction.
  void cut(pid_t pid, Behind behind);
  /// From the next record on that the process appends, that record included, nothing passes between it and the brokers.
  void hold_at_append(pid_t pid);
  /// The same for Redis and the script `sha`.
  void hold_at_script(pid_t pid, std::string sha);
  /// Whether what `hold_at_…` waits for is being kept back.
  bool holds(pid_t pid) const;
  /// All passes again, what was kept back first.
  void heal(pid_t pid);

  /// Whoever runs the script `from` on Redis runs `to` from now on; both are SHA-1 in hex. Empty: no longer.
  void replace_script(std::string from, std::string to);

 private:
  struct Rule {
    bool cut_broker = false, cut_redis = false;
    bool at_append = false;
    std::string at_script;
    bool triggered = false;
  };
  struct Connection;

  boost::asio::awaitable<void> serve(std::shared_ptr<boost::asio::ip::tcp::acceptor> acceptor, std::uint16_t target, Behind behind);
  boost::asio::awaitable<void> connect(std::shared_ptr<Connection> connection, std::uint16_t target);
  boost::asio::awaitable<void> pump(std::shared_ptr<Connection> connection, bool up);
  boost::asio::awaitable<void> wait_while_cut(const Connection& connection);
  /// How many of the bytes pass before what is waited for; all of them if it is not there.
  std::size_t passing(Connection& connection, std::string_view bytes);
  bool is_cut(const Connection& connection) const;
  void rewrite(Connection& connection, std::string& bytes) const;
  pid_t owner_of(std::uint16_t client_port, std::uint16_t our_port) const;

  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{context_.get_executor()};
  std::atomic<pid_t> supervisor_{0};
  mutable std::mutex mutex_;
  std::map<pid_t, Rule> rules_;
  std::string script_from_, script_to_;
  std::thread thread_;
};

}  // namespace zhida::chaos
