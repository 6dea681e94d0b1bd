#pragma once

#include "gateway/endpoint.hpp"

#include <cstdint>
#include <string>

namespace CLI {
class App;
}

namespace zhida::gateway {

/// Where the gateway listens and where the services do. Each has an option and an environment variable.
struct Settings {
  std::string address = "127.0.0.1";  ///< ZHIDA_ADDRESS
  std::string port = "8080";          ///< ZHIDA_PORT: 0 picks a free one
  std::string metrics_port;           ///< ZHIDA_METRICS_PORT: answers /metrics to others than this machine; none
  std::string operators;              ///< ZHIDA_OPERATOR: host:port, with commas; each address of a name is a process
  std::string page;                   ///< ZHIDA_PAGE
  std::string effect;                 ///< ZHIDA_EFFECT
  std::string log_level = "info";     ///< ZHIDA_LOG_LEVEL
};

void add_options(CLI::App& command, Settings& settings);

/// The entry port of a cluster: hands each request to a process of the service that its first path segment names, `/c/` to page, and
/// serves until SIGINT or SIGTERM. Throws with every mistake of the settings, or when it cannot start. `resolve` says what names stand for;
/// null: the system does.
void serve(const Settings& settings, Resolve resolve = nullptr);

}  // namespace zhida::gateway
