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

/// The API of the program that serves a data directory, asked with the keys of that directory.
class ApiClient {
 public:
  /// Throws `CommandFailed` if nothing serves `directory`.
  ApiClient(boost::asio::any_io_executor executor, const node::DataDirectory& directory);

  /// Sends a request as `role` (a name of dev-keys.json); waits and asks again while the answer is 503 with Retry-After, at most a minute.
  boost::asio::awaitable<http::ClientResponse> send(std::string_view role, http::ClientRequest request);

  /// As `send`; an answer of 400 or above becomes a `CommandFailed` with the problem's sentence.
  boost::asio::awaitable<http::ClientResponse> expect(std::string_view role, http::ClientRequest request);

  http::Client& connection() { return client_; }
  std::string authorization(std::string_view role) const;
  std::uint16_t port() const { return server_.port; }

 private:
  std::map<std::string, std::string> keys_;
  node::RunningServer server_;
  http::Client client_;
};

/// Waits until the program that serves `directory` says it is ready. Throws `CommandFailed` after `limit`.
boost::asio::awaitable<void> wait_until_ready(const node::DataDirectory& directory, std::chrono::seconds limit);

/// The sentence of a problem+json body; the body itself if it is none.
std::string sentence_of(const http::ClientResponse& response);

}  // namespace zhida::standalone
