#pragma once

#include "node/data_directory.hpp"
#include "platform/http/client.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>

namespace zhida::standalone {

/// A command of the program could not be carried out; `what()` is a sentence for the person at the terminal.
class CommandFailed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A running system as the tools see it: a directory with its keys, and where it answers.
struct TargetSystem {
  node::DataDirectory directory;
  std::string server;  ///< `host:port`; empty: the program on this machine that serves the directory
};

/// Where a system answers.
struct Address {
  std::string host;
  std::uint16_t port = 0;

  std::string url() const { return "http://" + host + ":" + std::to_string(port); }
};

/// The API of a running system, asked with the keys of its directory.
class ApiClient {
 public:
  /// Throws `CommandFailed` if nothing serves the directory, or its server's name is not `host:port`.
  ApiClient(boost::asio::any_io_executor executor, const TargetSystem& system);

  /// Sends a request as `role` (a name of dev-keys.json); waits and asks again while the answer is 503 with Retry-After, at most a minute.
  boost::asio::awaitable<http::ClientResponse> send(std::string_view role, http::ClientRequest request);

  /// As `send`; an answer of 400 or above becomes a `CommandFailed` with the problem's sentence.
  boost::asio::awaitable<http::ClientResponse> expect(std::string_view role, http::ClientRequest request);

  http::Client& connection() { return client_; }
  std::string authorization(std::string_view role) const;
  const Address& address() const { return address_; }

 private:
  std::map<std::string, std::string> keys_;
  Address address_;
  http::Client client_;
};

/// Waits until the system says it is ready. Throws `CommandFailed` after `limit`.
boost::asio::awaitable<void> wait_until_ready(const TargetSystem& system, std::chrono::seconds limit);

/// The sentence of a problem+json body; the body itself if it is none.
std::string sentence_of(const http::ClientResponse& response);

}  // namespace zhida::standalone
