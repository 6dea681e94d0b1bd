#include "gateway/metrics.hpp"

#include <algorithm>
#include <string>

namespace zhida::gateway {

Metrics::Metrics(observe::Metrics& registry)
    : connections(registry.gauge("zhida_gateway_connections", "Open connections of clients.")), registry_(registry) {
  constexpr std::array<std::string_view, 4> names = {"operator", "page", "effect", "gateway"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    services_[i].name = names[i];
    services_[i].seconds = &registry.histogram("zhida_gateway_request_seconds", "From a request's header to the end of its answer.",
                                               {{"service", std::string(names[i])}});
    for (const unsigned usual : {200U, 503U}) {
      observe::Counter*& counter = services_[i].by_code[usual];
      counter = &registry.counter("zhida_gateway_requests_total", "Answers handed to clients, by service and code.",
                                  {{"service", std::string(names[i])}, {"code", std::to_string(usual)}});
    }
  }
}

void Metrics::answered(std::string_view service, unsigned status, double seconds) {
  const auto found = std::ranges::find(services_, service, &Service::name);
  if (found == services_.end() || status >= found->by_code.size()) return;
  observe::Counter*& counter = found->by_code[status];
  if (counter == nullptr)
    counter = &registry_.counter("zhida_gateway_requests_total", "Answers handed to clients, by service and code.",
                                 {{"service", std::string(service)}, {"code", std::to_string(status)}});
  counter->increment();
  found->seconds->observe(seconds);
}

}  // namespace zhida::gateway
