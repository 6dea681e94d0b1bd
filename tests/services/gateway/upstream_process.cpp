#include "services/gateway/upstream_process.hpp"

#include "services/gateway/shared_memory.hpp"
#include "services/gateway/wire.hpp"

#include <unistd.h>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <optional>
#include <thread>
#include <utility>

namespace zhida::gateway {
namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using Shared = UpstreamProcess::Shared;

void answer(Wire& wire, std::string_view status, const std::string& fields, std::string_view body) {
  wire.send("HTTP/1.1 " + std::string(status) + "\r\n" + fields + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
            std::string(body));
}

void echo(Wire& wire, const Wire::Head& head, const std::string& body) {
  const std::string after = "X-After: " + std::to_string(wire.unasked()) + "\r\n";
  if (!head.chunked()) return answer(wire, "200 OK", after, body);
  wire.send("HTTP/1.1 200 OK\r\n" + after + "Transfer-Encoding: chunked\r\n\r\n");
  const std::size_t piece = std::max<std::size_t>(1, body.size() / 3);
  for (std::size_t at = 0; at < body.size(); at += piece) wire.send_chunk(std::string_view(body).substr(at, piece));
  wire.send("0\r\n\r\n");
}

void stream(Wire& wire, Shared& shared) {
  wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  wire.send_chunk("one");
  while (!shared.goes_on) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  wire.send_chunk("two");
  wire.send("0\r\n\r\n");
}

void serve(Wire::Stream& connection, const std::string& name, Shared& shared) {
  boost::system::error_code ignored;
  connection.socket().set_option(tcp::no_delay(true), ignored);
  Wire wire(connection);
  for (;;) {
    connection.clear();
    const Wire::Head head = wire.read_head();
    if (head.line.empty()) return;
    const std::string target = head.target();
    if (target == "/readyz") {
      ++shared.health_questions;
      answer(wire, shared.ready ? "200 OK" : "503 Service Unavailable", "", "{}");
      continue;
    }
    ++shared.requests;
    if (shared.dies) ::_exit(0);
    const std::string body = wire.read_body(head, [&](std::size_t length) { shared.received += length; });
    if (target.ends_with("/echo"))
      echo(wire, head, body);
    else if (target.ends_with("/stream"))
      stream(wire, shared);
    else
      answer(wire, "200 OK", "", name);
  }
}

}  // namespace

UpstreamProcess::UpstreamProcess(std::string name) : shared_(make_shared_memory<Shared>()) {
  asio::io_context context;
  std::optional<tcp::acceptor> acceptor(std::in_place, context, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  port_ = acceptor->local_endpoint().port();
  process_ = std::make_unique<test::ChildProcess>([&]() -> int {
    for (;;) {
      auto connection = std::make_unique<Wire::Stream>();
      acceptor->accept(connection->socket());
      std::thread([connection = std::move(connection), name, shared = shared_] { serve(*connection, name, *shared); }).detach();
    }
  });
}

}  // namespace zhida::gateway
