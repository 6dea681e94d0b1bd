#pragma once

#include "platform/observe/metrics.hpp"

#include <array>
#include <string_view>

namespace zhida::gateway {

/// What the gateway counts. Each counter is looked up once.
class Metrics {
 public:
  explicit Metrics(observe::Metrics& registry);

  /// An answer handed to a client: by a service, or the gateway's own (`service` "gateway").
  void answered(std::string_view service, unsigned status, double seconds);

  observe::Gauge& connections;  ///< clients'

 private:
  struct Service {
    std::string_view name;
    observe::Histogram* seconds = nullptr;
    std::array<observe::Counter*, 600> by_code{};  // null until the first such answer
  };

  observe::Metrics& registry_;
  std::array<Service, 4> services_;
};

}  // namespace zhida::gateway
