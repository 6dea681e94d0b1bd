// The rival of the inbox: Beast, one Redis GET a request, and nothing else. One thread, as the program has.

#include "bench/system/benches.hpp"
#include "platform/redis/server_client.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <fstream>
#include <string>
#include <utility>

namespace zhida::bench {
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace {

using asio::ip::tcp;
constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

asio::awaitable<void> serve(tcp::socket socket, redis::Client& redis) {
  beast::flat_buffer buffer;
  for (;;) {
    beast::http::request<beast::http::empty_body> request;
    const auto [read_error, received] = co_await beast::http::async_read(socket, buffer, request, as_result);
    if (read_error) co_return;
    const std::string name = "bare:" + std::string(request.target().substr(1));
    const auto reply = co_await redis.command("GET", name);
    const bool found = reply && !reply->is_nil();
    beast::http::response<beast::http::string_body> response(found ? beast::http::status::ok : beast::http::status::not_found,
                                                             request.version());
    response.set(beast::http::field::content_type, "application/json");
    response.keep_alive(request.keep_alive());
    if (found) response.body() = reply->text;
    response.prepare_payload();
    const auto [write_error, sent] = co_await beast::http::async_write(socket, response, as_result);
    if (write_error) co_return;
  }
}

asio::awaitable<void> accept(tcp::acceptor& acceptor, redis::Client& redis) {
  for (;;) {
    tcp::socket socket = co_await acceptor.async_accept(asio::use_awaitable);
    socket.set_option(tcp::no_delay(true));
    asio::co_spawn(acceptor.get_executor(), serve(std::move(socket), redis), asio::detached);
  }
}

}  // namespace

void serve_bare(const char* redis_socket, const char* port_file) {
  asio::io_context context(1);
  redis::Address address;
  address.socket = redis_socket;
  redis::ServerClient redis(context.get_executor(), address);
  asio::co_spawn(context, redis.run(), asio::detached);
  tcp::acceptor acceptor(context, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  asio::co_spawn(context, accept(acceptor, redis), asio::detached);
  std::ofstream(port_file) << acceptor.local_endpoint().port() << '\n';
  context.run();
}

}  // namespace zhida::bench
