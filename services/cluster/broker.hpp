#pragma once

#include "platform/process/child.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace zhida::cluster {

/// A Kafka broker of our own, in a directory of its own, on free ports of 127.0.0.1: for trials and tests on one machine.
class Broker {
 public:
  struct Settings {
    std::filesystem::path directory;  ///< `data/` and `broker.properties`, kept; `broker.log`
    std::filesystem::path jars;       ///< of a Kafka broker
    std::string heap = "512m";
  };

  /// Formats the storage the first time: blocks some seconds. Throws `std::runtime_error` with a sentence if there is no java or no jars.
  Broker(boost::asio::any_io_executor executor, Settings settings, process::Child::Observer observer);

  /// Keeps it running; see process::Child.
  boost::asio::awaitable<void> run() { return child_->run(); }
  boost::asio::awaitable<void> stop() { return child_->stop(); }
  /// Waits until it accepts connections. Throws `std::runtime_error` after two minutes.
  boost::asio::awaitable<void> wait_until_up();

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  pid_t pid() const { return child_->pid(); }

 private:
  boost::asio::any_io_executor executor_;
  std::uint16_t port_ = 0;
  std::unique_ptr<process::Child> child_;
};

/// A port that is free now.
std::uint16_t free_port(const boost::asio::any_io_executor& executor);

}  // namespace zhida::cluster
