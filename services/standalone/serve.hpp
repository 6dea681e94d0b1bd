#pragma once

#include "node/data_directory.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace zhida::standalone {

/// How the system is run on one machine. Each has an option and an environment variable.
struct ServeSettings {
  std::string address = "127.0.0.1";  ///< ZHIDA_ADDRESS: where to listen
  std::uint16_t port = 8080;          ///< ZHIDA_PORT: 0 picks a free one
  int partitions = 4;                 ///< ZHIDA_PARTITIONS: fixed when the directory is made
  std::string redis;                  ///< ZHIDA_REDIS: URL of an outside Redis or Redis Cluster; empty = a child of our own
  std::string redis_server;           ///< ZHIDA_REDIS_SERVER: program of the child; empty = redis-server from PATH
  std::string page_url = "https://www.songjiang.gov.cn/";  ///< ZHIDA_PAGE_URL: where a package without target leads
  std::vector<std::string> link_hosts;                     ///< ZHIDA_LINK_HOSTS: hosts of links beside *.gov.cn and those of the sample
  std::string log_level = "info";                          ///< ZHIDA_LOG_LEVEL: debug, info, warning, error
};

/// Adds the options of `settings` to `command`.
void add_options(CLI::App& command, ServeSettings& settings);

/// Starts every service on `directory` and serves until SIGINT or SIGTERM; returns after an orderly stop of at most 10 s.
/// Throws with a sentence if the directory is in use, of another format, or anything cannot be started.
void serve_directory(const node::DataDirectory& directory, const ServeSettings& settings);

}  // namespace zhida::standalone
