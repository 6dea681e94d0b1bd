#pragma once

#include "platform/log/kafka_settings.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace zhida::node {

/// How a service of the cluster is run. Each has an option and an environment variable; secrets come from files or the environment only.
struct ClusterSettings {
  log::KafkaSettings kafka;
  int partitions = 8;                         ///< ZHIDA_PARTITIONS: of the topics keyed by enterprise; fixed for ever
  std::string redis;                          ///< ZHIDA_REDIS: URL
  std::string address = "127.0.0.1";          ///< ZHIDA_ADDRESS: where to listen
  std::string advertise;                      ///< ZHIDA_ADVERTISE: where the other processes find this one; empty: at `address`
  std::uint16_t port = 0;                     ///< ZHIDA_PORT: 0 picks a free one
  std::optional<std::uint16_t> metrics_port;  ///< ZHIDA_METRICS_PORT: answers /metrics to others than this machine; none
  std::string keys;                           ///< ZHIDA_KEYS: file of the API keys' hashes
  std::string master_key;                     ///< ZHIDA_MASTER_KEY: file of the key that wraps data keys and signs links
  std::string page_url = "https://www.songjiang.gov.cn/";  ///< ZHIDA_PAGE_URL: where a package without target leads
  std::vector<std::string> link_hosts;                     ///< ZHIDA_LINK_HOSTS: hosts of links beside *.gov.cn and those of the sample
  std::string log_level = "info";                          ///< ZHIDA_LOG_LEVEL: debug, info, warning, error
};

/// The options of a service, bound to what they say; texts, so that everything wrong can be said at once.
class ClusterOptions {
 public:
  void add_to(CLI::App& command);
  /// Those that say where the log is and what it must be like, for a tool that needs no more.
  void add_log_to(CLI::App& command);

  /// Throws `std::runtime_error` with every mistake, a line each, if there is any. Files are looked at, nothing is connected to.
  ClusterSettings settings() const;
  /// The same of the options of `add_log_to` alone.
  ClusterSettings log_settings() const;

 private:
  class Mistakes;
  ClusterSettings read_log(Mistakes& mistakes) const;

  ClusterSettings given_;
  std::string port_ = "0", metrics_port_, partitions_ = "8", replication_ = "3", min_in_sync_ = "2", create_topics_ = "true";
  std::string kafka_password_file_;
};

}  // namespace zhida::node
