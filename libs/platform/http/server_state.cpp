#include "platform/http/server_state.hpp"

#include "platform/http/session.hpp"
#include "platform/observe/log.hpp"

#include <ctime>

namespace zhida::http {

ServerState::ServerState(const Router& routes, ServerOptions settings, const boost::asio::any_io_executor& executor)
    : router(routes), options(std::move(settings)), tick(executor) {
  if (options.metrics != nullptr) {
    for (const Route& route : router.routes()) metrics_.push_back(make_metrics(route.info.name));
    metrics_.push_back(make_metrics("none"));
  }
  sweep();
}

ServerState::RouteMetrics ServerState::make_metrics(const std::string& route) {
  RouteMetrics made;
  for (std::size_t i = 2; i < made.by_class.size(); ++i) {
    const observe::Labels labels{{"route", route}, {"status", std::to_string(i) + "xx"}};
    made.by_class[i] = &options.metrics->counter("zhida_http_requests_total", "Requests answered.", labels);
  }
  const observe::Labels labels{{"route", route}};
  made.seconds = &options.metrics->histogram("zhida_http_request_seconds", "From the end of the header to the answer.", labels);
  return made;
}

void ServerState::begin_drain() {
  draining = true;
  for (Session* session : sessions) session->on_drain();
  tick.cancel();
}

void ServerState::sweep() {
  const auto now = std::chrono::steady_clock::now();
  for (Session* session : sessions) session->enforce_limits(now);

  const std::time_t seconds = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char text[64];
  date.assign(text, std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &utc));
}

void ServerState::count(const Request& request, Status status, std::chrono::steady_clock::duration took) {
  if (!metrics_.empty()) {
    const RouteMetrics& metrics = request.route != nullptr ? metrics_[request.route->index] : metrics_.back();
    if (observe::Counter* counter = metrics.by_class[number(status) / 100]) counter->increment();
    metrics.seconds->observe(std::chrono::duration<double>(took).count());
  }
  if (options.log != nullptr) log(request, status, took);
}

void ServerState::log(const Request& request, Status status, std::chrono::steady_clock::duration took) const {
  const bool read = request.verb == Verb::get || request.verb == Verb::head;
  observe::Level level = observe::Level::info;
  if (number(status) >= 500)
    level = observe::Level::warning;
  else if (read && number(status) < 400)
    level = observe::Level::debug;
  if (!options.log->enabled(level)) return;
  // The route's name, not the path: paths hold enterprise codes and click tokens.
  options.log->write(level, "http.answered",
                     {{"route", request.route != nullptr ? std::string_view(request.route->info.name) : std::string_view("none")},
                      {"verb", name_of(request.verb)},
                      {"status", number(status)},
                      {"ms", std::chrono::duration<double, std::milli>(took).count()},
                      {"key", request.principal ? std::string_view(request.principal->key_id) : std::string_view()}},
                     &request.trace);
}

}  // namespace zhida::http
