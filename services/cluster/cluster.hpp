#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace CLI {
class App;
}

namespace zhida::cluster {

/// A whole cluster on one machine. Each setting has an option.
struct Settings {
  std::filesystem::path directory;
  std::uint16_t port = 8080;   ///< of the gateway; 0 picks a free one
  std::string brokers;         ///< outside Kafka; empty: a broker of our own
  std::string redis;           ///< URL of an outside Redis; empty: a child of our own
  std::filesystem::path jars;  ///< of a Kafka broker, for our own
  std::string redis_server = "/usr/bin/redis-server";
  int partitions = 4;
  int replication = 1;
  int min_in_sync = 1;
  int processes = 1;  ///< of each service
  std::string log_level = "info";
};

void add_options(CLI::App& command, Settings& settings);

/// Starts a broker, Redis, the five services and the gateway, and keeps them running, until SIGINT or SIGTERM. What runs where stands in
/// `DIR/cluster.json`, each program's log in `DIR/log`. A new directory gets its keys. Throws with a sentence when it cannot start.
void serve(const Settings& settings);

}  // namespace zhida::cluster
