#pragma once

#include "platform/http/client.hpp"
#include "platform/http/server.hpp"
#include "support/run_coroutine.hpp"

#include <gtest/gtest.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <chrono>
#include <string>
#include <string_view>

namespace zhida::http {

namespace asio = boost::asio;
using namespace std::chrono_literals;

/// A server on a free loopback port; a test adds routes, calls `begin`, then talks to it.
class ServerTest : public testing::Test {
 protected:
  void begin() {
    auto acceptor = listen(io.get_executor(), "127.0.0.1", 0);
    endpoint = acceptor.local_endpoint();
    sessions.spawn(serve(std::move(acceptor), router, options, sessions));
  }

  Client client(std::chrono::milliseconds patience = 10s) { return Client(io.get_executor(), "127.0.0.1", endpoint.port(), patience); }

  asio::awaitable<asio::ip::tcp::socket> connect() {
    asio::ip::tcp::socket socket(io);
    co_await socket.async_connect(endpoint, asio::use_awaitable);
    co_return socket;
  }

  /// Sends `bytes` and gives all that comes back until the server closes or `limit` is over.
  asio::awaitable<std::string> raw(std::string bytes, std::chrono::milliseconds limit = 3s) {
    asio::ip::tcp::socket socket = co_await connect();
    asio::steady_timer timer(io, limit);
    timer.async_wait([&socket](boost::system::error_code error) {
      if (!error) socket.close();
    });
    constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
    co_await asio::async_write(socket, asio::buffer(bytes), as_result);
    std::string answer;
    co_await asio::async_read(socket, asio::dynamic_buffer(answer), as_result);
    timer.cancel();
    socket.close();
    co_return answer;
  }

  asio::awaitable<void> sleep(std::chrono::milliseconds time) {
    asio::steady_timer timer(io, time);
    co_await timer.async_wait(asio::use_awaitable);
  }

  void run(asio::awaitable<void> body, std::chrono::seconds limit = 30s) { test::run_coroutine(io, std::move(body), limit); }

  asio::io_context io{1};
  Router router;
  ServerOptions options;
  runtime::TaskGroup sessions{io.get_executor(), [](std::string_view reason) { ADD_FAILURE() << reason; }};
  asio::ip::tcp::endpoint endpoint;
};

inline RouteInfo open_route(std::string name) { return RouteInfo(std::move(name), Access::open()); }

inline std::string status_line(const std::string& answer) { return answer.substr(0, answer.find('\r')); }

/// How many times `part` is in `text`.
inline std::size_t count_of(std::string_view text, std::string_view part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size())) ++found;
  return found;
}

}  // namespace zhida::http
