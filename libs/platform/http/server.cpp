#include "platform/http/server.hpp"

#include "platform/auth/key_ring.hpp"
#include "platform/http/session.hpp"
#include "platform/runtime/graceful_stop.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace zhida::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace std::chrono_literals;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t most_refusals = 64;  // at a time; beyond, connections are just closed

asio::awaitable<void> enforce_limits(std::shared_ptr<ServerState> server) {
  co_await asio::this_coro::throw_if_cancelled(false);
  const Limits& limits = server->options.limits;
  const auto period = std::clamp<std::chrono::milliseconds>(std::min({limits.header, limits.idle, limits.transfer}) / 4, 10ms, 250ms);
  while (!server->draining || !server->sessions.empty()) {
    server->tick.expires_after(period);
    co_await server->tick.async_wait(as_result);
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) co_return;
    server->sweep();
  }
}

asio::awaitable<void> run_session(std::shared_ptr<Session> session) { co_await session->run(); }
asio::awaitable<void> run_refusal(std::shared_ptr<Session> session) { co_await session->run_refusal(); }

asio::awaitable<void> accept_all(tcp::acceptor acceptor, std::shared_ptr<ServerState> server, runtime::TaskGroup& sessions) {
  asio::steady_timer retry(acceptor.get_executor());
  for (;;) {
    auto [error, socket] = co_await runtime::wait_for_work(acceptor.async_accept(as_result));
    if (error) {  // e.g. no file descriptors left: pause instead of spinning
      retry.expires_after(100ms);
      co_await retry.async_wait(as_result);
      continue;
    }
    if (server->sessions.size() - server->refusals < server->options.limits.connections)
      sessions.spawn(run_session(std::make_shared<Session>(std::move(socket), server)));
    else if (server->refusals < most_refusals)
      sessions.spawn(run_refusal(std::make_shared<Session>(std::move(socket), server)));
  }
}

}  // namespace

asio::awaitable<void> serve(tcp::acceptor acceptor, const Router& router, ServerOptions options, runtime::TaskGroup& sessions) {
  const auto server = std::make_shared<ServerState>(router, std::move(options), acceptor.get_executor());
  if (server->options.metrics != nullptr) {
    // Weak: the registry lives longer than the server.
    server->options.metrics->gauge_from("zhida_http_connections", "Open connections.", {}, [weak = std::weak_ptr(server)] {
      const auto alive = weak.lock();
      return alive ? static_cast<double>(alive->sessions.size()) : 0.0;
    });
  }
  sessions.spawn(enforce_limits(server));
  std::exception_ptr end;
  try {
    co_await accept_all(std::move(acceptor), server, sessions);
  } catch (...) {
    end = std::current_exception();
  }
  server->begin_drain();
  if (end) std::rethrow_exception(end);
}

tcp::acceptor listen(const asio::any_io_executor& executor, const std::string& address, std::uint16_t port) {
  try {
    return tcp::acceptor(executor, tcp::endpoint(asio::ip::make_address(address), port));
  } catch (const boost::system::system_error& error) {
    throw std::runtime_error("cannot listen on " + address + ":" + std::to_string(port) + ": " + error.code().message());
  }
}

Authorise bearer_keys(const auth::KeyRing& keys) {
  return [&keys](Request& request, const Route& route) -> std::optional<Problem> {
    std::string_view header = request.headers.get("Authorization");
    constexpr std::string_view scheme = "Bearer ";
    if (header.size() <= scheme.size() || !same_word(header.substr(0, scheme.size()), scheme)) return problems::unauthorised();
    header.remove_prefix(scheme.size());
    while (header.starts_with(' ')) header.remove_prefix(1);
    request.principal = keys.find(header);
    if (!request.principal) return problems::unauthorised();
    if (!route.info.access.allowed.contains(request.principal->role)) return problems::forbidden();
    return std::nullopt;
  };
}

}  // namespace zhida::http
