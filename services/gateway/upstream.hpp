#pragma once

#include "gateway/endpoint.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/beast/core/tcp_stream.hpp>

#include <chrono>
#include <memory>
#include <vector>

namespace zhida::gateway {

/// One process of a service. If it cannot be reached it is left alone for a moment; if it does not answer whether it is alive it is left
/// alone until it does, and what was asked of it is cut off, so that a frozen process holds up nobody for long.
class Upstream {
 public:
  using Stream = boost::beast::tcp_stream;

  /// How long it may take to say that it is alive.
  static constexpr std::chrono::milliseconds patience{2'000};

  enum class Standing { ready, up, left_alone };  // in the order in which processes are asked

  Upstream(boost::asio::any_io_executor executor, Address address) : executor_(std::move(executor)), address_(std::move(address)) {}

  /// A connection; null if it cannot be reached. `fresh`: one that nobody used; others may turn out closed by the other side.
  boost::asio::awaitable<std::shared_ptr<Stream>> connect(bool fresh);
  /// Gives back a connection on which a request was answered whole.
  void keep(std::shared_ptr<Stream> stream);
  /// Its address is nobody's any more: it is asked nothing new.
  void leave();

  /// Asks a process again and again whether it is alive and ready, until cancelled, or until it has left and answered what it was asked.
  static boost::asio::awaitable<void> watch(std::shared_ptr<Upstream> process);

  const Address& address() const { return address_; }
  Standing standing() const;
  /// Whether it said that it is alive when `watch` last asked.
  bool alive() const { return alive_; }
  bool has_left() const { return has_left_; }

 private:
  using Clock = std::chrono::steady_clock;
  struct Idle {
    std::shared_ptr<Stream> stream;
    Clock::time_point since;
  };

  boost::asio::awaitable<std::shared_ptr<Stream>> open();
  void cut_off();
  bool is_asked_something() const;

  boost::asio::any_io_executor executor_;
  Address address_;
  std::vector<Idle> idle_;                   // the youngest last
  std::vector<std::weak_ptr<Stream>> open_;  // some already closed
  Clock::time_point back_after_;             // not asked before, unless all are so
  bool alive_ = false;
  bool silent_ = false;  // gave no answer, and has given none since
  bool unready_ = true;  // until it says otherwise: one that begins has to catch up
  bool has_left_ = false;
};

}  // namespace zhida::gateway
