#include "node/process.hpp"

#include "node/process_signs.hpp"
#include "platform/json/writer.hpp"
#include "platform/runtime/graceful_stop.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <exception>
#include <stdexcept>
#include <utility>

namespace zhida::node {
namespace {

namespace asio = boost::asio;

// Together below the ten seconds in which a stop has to be done.
constexpr std::chrono::milliseconds session_grace{3'000};
constexpr std::chrono::milliseconds work_grace{3'500};

http::Response metrics_text(const observe::Metrics& metrics) {
  return http::Response(http::Status::ok, metrics.text(), "text/plain; version=0.0.4; charset=utf-8");
}

}  // namespace

observe::Level level_named(std::string_view name) {
  if (name == "debug") return observe::Level::debug;
  if (name == "warning") return observe::Level::warning;
  if (name == "error") return observe::Level::error;
  return observe::Level::info;
}

Process::Process(asio::io_context& context, const observe::Log& journal)
    : journal_(journal),
      connections_(context.get_executor(),
                   [this](std::string_view reason) {
                     journal_.error("task.failed", {{"reason", reason}});
                   }),
      work_(context.get_executor(), [this](std::string_view reason) { fail(reason); }),
      sessions_(context.get_executor(),
                [this](std::string_view reason) {
                  journal_.error("task.failed", {{"reason", reason}});
                }),
      stop_signals_(context, SIGINT, SIGTERM) {}

void Process::fail(std::string_view reason) {
  if (failure_.empty()) failure_ = reason;
  journal_.error("service.failed", {{"reason", reason}});
  stop_signals_.cancel();
}

void Process::show_metrics(Door door, observe::Metrics& metrics) {
  metrics_router_.add(http::Verb::get, "/metrics", http::RouteInfo("metrics", http::Access::open()),
                      [&metrics](http::Request&) -> asio::awaitable<http::Response> { co_return metrics_text(metrics); });
  sessions_.spawn(http::serve(std::move(door), metrics_router_, http::ServerOptions(), sessions_));
}

void Process::answer(Door door, const http::Router& router, http::Authorise authorise, observe::Metrics& metrics) {
  const std::uint16_t port = door.local_endpoint().port();
  http::ServerOptions options;
  options.authorise = std::move(authorise);
  options.log = &journal_;
  options.metrics = &metrics;
  show_process(metrics);
  connections_.spawn(measure_lag(metrics));
  sessions_.spawn(http::serve(std::move(door), router, std::move(options), sessions_));
  journal_.info("server.started", {{"port", port}});
}

asio::awaitable<void> Process::until_stopped(std::function<asio::awaitable<void>()> release) {
  if (failure_.empty()) {
    const auto [error, signal] = co_await stop_signals_.async_wait(asio::as_tuple(asio::use_awaitable));
    journal_.info("server.stopping", {{"signal", error ? 0 : signal}});
  }
  co_await runtime::drain(sessions_, session_grace);
  co_await runtime::drain(work_, work_grace);
  try {
    if (release) co_await release();
  } catch (const std::exception& error) {  // the connections must end all the same
    fail(error.what());
  }
  connections_.stop(asio::cancellation_type::terminal);
  co_await connections_.join();
  journal_.info("server.stopped");
  if (!failure_.empty()) throw std::runtime_error(failure_);
}

void add_own_routes(http::Router& router, observe::Metrics& metrics, std::function<std::string()> unready) {
  metrics.gauge_from("zhida_ready", "1 if /readyz says so.", {}, [unready] { return unready().empty() ? 1.0 : 0.0; });
  router.add(http::Verb::get, "/healthz", http::RouteInfo("health", http::Access::open()),
             [](http::Request&) -> asio::awaitable<http::Response> { co_return http::ok("{\"status\":\"alive\"}"); });
  router.add(http::Verb::get, "/readyz", http::RouteInfo("readiness", http::Access::open()),
             [unready = std::move(unready)](http::Request&) -> asio::awaitable<http::Response> {
               const std::string reason = unready();
               if (reason.empty()) co_return http::ok("{\"status\":\"ready\"}");
               std::string body;
               json::Writer(body).begin_object().field("status", reason).end_object();
               co_return http::Response(http::Status::unavailable, std::move(body));
             });
  router.add(http::Verb::get, "/metrics", http::RouteInfo("metrics", http::Access::loopback()),
             [&metrics](http::Request&) -> asio::awaitable<http::Response> { co_return metrics_text(metrics); });
}

asio::awaitable<void> reload_keys(auth::KeyRing& keys, const observe::Log& journal) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  for (;;) {
    timer.expires_after(std::chrono::milliseconds(500));
    co_await runtime::wait_for_work(timer.async_wait(asio::use_awaitable));
    if (keys.reload_if_changed()) journal.info("keys.reloaded", {{"keys", keys.size()}});
  }
}

}  // namespace zhida::node
