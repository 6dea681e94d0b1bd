#pragma once

#include "platform/http/headers.hpp"
#include "platform/http/status.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace zhida::http {

/// A request to send. Host, Content-Length or Transfer-Encoding are added.
struct ClientRequest {
  Verb verb = Verb::get;
  std::string target = "/";
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;

  ClientRequest() = default;
  ClientRequest(Verb how, std::string what, std::string text = "") : verb(how), target(std::move(what)), body(std::move(text)) {}
  ClientRequest& set(std::string name, std::string value) & {
    headers.emplace_back(std::move(name), std::move(value));
    return *this;
  }
};

struct ClientResponse {
  Status status = Status::ok;
  Headers headers;
  std::string body;
};

/// One keep-alive HTTP/1.1 connection to one server; connects when needed, and anew (once) when an idle connection turns out closed.
///
/// One request at a time. Failures throw `boost::system::system_error`: `Error::timed_out` after `patience` without progress, connection
/// errors.
class Client {
 public:
  /// The next piece of an upload; empty = the end.
  using Producer = std::function<boost::asio::awaitable<std::string>()>;
  /// Takes a piece of the body of a 2xx answer; other answers keep theirs.
  using Sink = std::function<void(std::string_view)>;

  Client(boost::asio::any_io_executor executor, std::string host, std::uint16_t port,
         std::chrono::milliseconds patience = std::chrono::seconds(30));
  ~Client();
  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;

  boost::asio::awaitable<ClientResponse> send(ClientRequest request);
  /// The body comes from `producer`, chunked; the answer is read meanwhile, its body given to `sink` if there is one.
  boost::asio::awaitable<ClientResponse> upload(ClientRequest request, Producer producer, Sink sink = nullptr);
  /// The answer's body is given to `sink` piece by piece.
  boost::asio::awaitable<ClientResponse> download(ClientRequest request, Sink sink);
  void close();

 private:
  class Connection;
  std::unique_ptr<Connection> connection_;
};

}  // namespace zhida::http
