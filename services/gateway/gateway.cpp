#include "gateway/gateway.hpp"

#include "gateway/relay.hpp"
#include "node/process.hpp"
#include "node/process_signs.hpp"
#include "platform/http/client.hpp"
#include "platform/http/server.hpp"
#include "platform/json/writer.hpp"
#include "platform/runtime/graceful_stop.hpp"

#include <unistd.h>
#include <CLI/CLI.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

namespace zhida::gateway {
namespace {

namespace asio = boost::asio;

class Gateway final : public Routes {
 public:
  Gateway(asio::io_context& context, observe::Metrics& metrics, node::Process& process,
          const std::array<std::vector<Endpoint>, 3>& endpoints, const Resolve& resolve)
      : executor_(context.get_executor()),
        metrics_(metrics),
        process_(process),
        operators_(executor_, "operator", endpoints[0], resolve, watching()),
        page_(executor_, "page", endpoints[1], resolve, watching()),
        effect_(executor_, "effect", endpoints[2], resolve, watching()) {
    for (Upstreams* const service : {&operators_, &page_, &effect_})
      for (std::size_t i = 0; i < service->size(); ++i)
        metrics_.gauge_from("zhida_gateway_upstreams_alive",
                            "Processes of an endpoint of the settings that said that they are alive when last asked.",
                            {{"service", service->service()}, {"endpoint", service->endpoint(i).text()}},
                            [service, i] { return static_cast<double>(service->alive(i)); });
  }

  Upstreams* service(std::string_view target) override {
    const std::string_view first = target.substr(0, target.find_first_of("/?", 1));
    if (first == "/operator" || first == "/docs") return &operators_;
    if (first == "/page" || first == "/c") return &page_;
    if (first == "/effect") return &effect_;
    return nullptr;
  }

  /// Finds every process and watches it.
  void spawn_watches() {
    for (Upstreams* const service : {&operators_, &page_, &effect_})
      for (std::size_t i = 0; i < service->size(); ++i) process_.spawn_work(service->follow(i));
  }

  asio::awaitable<http::Response> own(std::string_view target, bool loopback) override {
    const std::string path(target.substr(0, target.find('?')));
    if (path == "/healthz") co_return http::ok("{\"status\":\"alive\"}");
    if (path == "/metrics" && loopback)
      co_return http::Response(http::Status::ok, metrics_.text(), "text/plain; version=0.0.4; charset=utf-8");
    if (path == "/readyz") co_return co_await readiness();
    co_return http::respond(http::problems::not_found());
  }

 private:
  Upstreams::Spawn watching() {
    return [this](asio::awaitable<void> watch) { process_.spawn_work(std::move(watch)); };
  }

  asio::awaitable<http::Response> readiness() {
    for (Upstreams* const service : {&operators_, &page_, &effect_}) {
      bool any = false;
      const Upstreams::Processes processes = service->processes();
      for (auto each = processes.begin(); each != processes.end() && !any; ++each) any = co_await is_ready((*each)->address());
      if (any) continue;
      std::string body;
      json::Writer(body).begin_object().field("status", "no process of " + service->service() + " is ready").end_object();
      co_return http::Response(http::Status::unavailable, std::move(body));
    }
    co_return http::ok("{\"status\":\"ready\"}");
  }

  asio::awaitable<bool> is_ready(Address address) {
    http::Client client(executor_, address.address().to_string(), address.port(), std::chrono::seconds(1));
    try {
      http::ClientRequest request(http::Verb::get, "/readyz");
      const http::ClientResponse response = co_await client.send(std::move(request));
      co_return response.status == http::Status::ok;
    } catch (const boost::system::system_error&) {
      co_return false;
    }
  }

  asio::any_io_executor executor_;
  observe::Metrics& metrics_;
  node::Process& process_;
  Upstreams operators_, page_, effect_;
};

asio::awaitable<void> relay(asio::ip::tcp::socket socket, Routes& routes, Metrics& metrics) {
  struct Counted {
    explicit Counted(observe::Gauge& all) : connections(all) { connections.add(1); }
    ~Counted() { connections.add(-1); }
    observe::Gauge& connections;
  };
  const Counted counted(metrics.connections);
  Relay client(boost::beast::tcp_stream(std::move(socket)), routes, metrics);
  co_await client.run();
}

asio::awaitable<void> accept(asio::ip::tcp::acceptor acceptor, Routes& routes, Metrics& metrics, node::Process& process) {
  for (;;) {
    auto [error, socket] = co_await runtime::wait_for_work(acceptor.async_accept(asio::as_tuple(asio::use_awaitable)));
    if (!error) {
      process.spawn_session(relay(std::move(socket), routes, metrics));
      continue;
    }
    // No descriptor left, most likely: others must end first.
    asio::steady_timer pause(acceptor.get_executor(), std::chrono::milliseconds(20));
    co_await runtime::wait_for_work(pause.async_wait(asio::use_awaitable));
  }
}

/// What is read of the settings.
struct Read {
  std::uint16_t port = 0, metrics_port = 0;
  std::array<std::vector<Endpoint>, 3> endpoints;
};

std::uint16_t read_port(std::string_view name, const std::string& text, std::string& mistakes) {
  std::uint16_t port = 0;
  const char* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, port);
  if (error != std::errc() || at != end)
    mistakes += "\n  - " + std::string(name) + " is \"" + text + "\"; it must be a number from 0 to 65535";
  return port;
}

/// Throws with every mistake.
Read read(const Settings& settings) {
  std::string mistakes;
  Read made;
  made.port = read_port("the port", settings.port, mistakes);
  if (!settings.metrics_port.empty()) made.metrics_port = read_port("the port of the metrics", settings.metrics_port, mistakes);
  const std::array<std::pair<std::string_view, const std::string*>, 3> services = {
      {{"operator", &settings.operators}, {"page", &settings.page}, {"effect", &settings.effect}}};
  for (std::size_t i = 0; i < services.size(); ++i) {
    try {
      made.endpoints[i] = parse_endpoints(*services[i].second);
      if (made.endpoints[i].empty()) mistakes += "\n  - no process of " + std::string(services[i].first) + " is named; give host:port";
    } catch (const std::invalid_argument& mistake) {
      mistakes += "\n  - processes of " + std::string(services[i].first) + ": " + mistake.what();
    }
  }
  static constexpr std::array<std::string_view, 4> levels = {"debug", "info", "warning", "error"};
  if (std::ranges::find(levels, settings.log_level) == levels.end())
    mistakes += "\n  - the log level is \"" + settings.log_level + "\"; it must be debug, info, warning or error";
  if (!mistakes.empty()) throw std::runtime_error("settings are wrong:" + mistakes);
  return made;
}

}  // namespace

void add_options(CLI::App& command, Settings& settings) {
  command.add_option("--address", settings.address, "Address to listen on")->envname("ZHIDA_ADDRESS")->capture_default_str();
  command.add_option("--port", settings.port, "HTTP port; 0 picks a free one")->envname("ZHIDA_PORT")->capture_default_str();
  command
      .add_option("--metrics-port", settings.metrics_port,
                  "Another port, which answers /metrics to anybody who reaches it; empty: /metrics is for this machine only")
      ->envname("ZHIDA_METRICS_PORT");
  command
      .add_option("--operator", settings.operators,
                  "Processes of the operator service: host:port, several with commas; each address of a name is one")
      ->envname("ZHIDA_OPERATOR");
  command.add_option("--page", settings.page, "Processes of the page service")->envname("ZHIDA_PAGE");
  command.add_option("--effect", settings.effect, "Processes of the effect service")->envname("ZHIDA_EFFECT");
  command.add_option("--log-level", settings.log_level, "debug, info, warning or error")->envname("ZHIDA_LOG_LEVEL")->capture_default_str();
}

void serve(const Settings& settings, Resolve resolve) {
  const Read given = read(settings);
  const observe::Log journal(STDERR_FILENO, node::level_named(settings.log_level));
  asio::io_context context(1);
  auto acceptor = http::listen(context.get_executor(), settings.address, given.port);
  std::optional<node::Process::Door> metrics_door;
  if (given.metrics_port != 0) metrics_door = http::listen(context.get_executor(), settings.address, given.metrics_port);
  observe::Metrics registry;
  Metrics metrics(registry);
  node::Process process(context, journal);
  if (!resolve) resolve = system_resolver(context.get_executor());
  Gateway gateway(context, registry, process, given.endpoints, resolve);
  journal.info("gateway.started", {{"port", acceptor.local_endpoint().port()}});
  node::show_process(registry);
  process.spawn_connection(node::measure_lag(registry));
  if (metrics_door) process.show_metrics(std::move(*metrics_door), registry);
  gateway.spawn_watches();
  process.spawn_session(accept(std::move(acceptor), gateway, metrics, process));
  std::exception_ptr failure;
  asio::co_spawn(context, process.until_stopped(), [&failure](std::exception_ptr error) { failure = error; });
  context.run();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace zhida::gateway
