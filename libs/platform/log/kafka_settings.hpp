#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace zhida::log {

/// How to reach a log kept by Kafka brokers, and what it must be like.
struct KafkaSettings {
  std::string brokers;       ///< `host:port`, several with commas; those that are asked first
  std::string topic_prefix;  ///< before each topic's name, e.g. `zhida.`; logs of different prefixes are different logs
  std::string log_id;        ///< when not empty: the log with this id, no other

  std::string security = "plaintext";  ///< `plaintext`, `ssl`, `sasl_plaintext`, `sasl_ssl`
  std::string sasl_mechanism;          ///< with `sasl_…`: `PLAIN`, `SCRAM-SHA-256`, `SCRAM-SHA-512`
  std::string username;
  std::string password;
  std::string ca_file;           ///< with `…ssl`: PEM of the authorities trusted; empty = the system's
  std::string certificate_file;  ///< with `…ssl`: PEM of the client's certificate, for brokers that ask for one
  std::string key_file;          ///< its private key
  std::string key_password;

  std::int32_t replication = 3;  ///< replicas of each partition
  std::int32_t min_in_sync = 2;  ///< of which so many have a record before it is acknowledged
  bool create_topics = true;     ///< make topics that are missing; false: they are a mistake

  std::string compression = "zstd";                  ///< `none`, `lz4`, `zstd`
  std::chrono::milliseconds linger{2};               ///< how long a record waits for others to travel with it
  std::chrono::milliseconds delivery_limit{30'000};  ///< an append not acknowledged by then gets `io`
  std::chrono::milliseconds request_limit{10'000};   ///< for reads and questions to the brokers

  std::chrono::milliseconds session_limit{6'000};   ///< a member of a group that is silent for so long loses its partitions; by default
                                                    ///< brokers allow 6 s (group.min.session.timeout.ms) to 30 min
  std::chrono::milliseconds heartbeat{1'000};       ///< how often a member speaks to its group, and hears what has changed
  std::chrono::milliseconds member_stall{300'000};  ///< a member whose executor stands still for so long loses its partitions, too

  std::size_t queue_bytes = 64U << 20U;   ///< appends wait while this much is unacknowledged
  std::size_t cache_bytes = 64U << 20U;   ///< recent records kept in memory, over all partitions
  std::size_t record_bytes = 16U << 20U;  ///< larger ones are refused
  std::size_t history_streams = 32;       ///< older records are read ahead in so many places at once, each within 2 MiB and a fetch

  std::chrono::milliseconds compacted_segment{600'000};  ///< compacted topics: the newest this long are not yet compacted
  std::chrono::milliseconds compaction_limit{900'000};   ///< `compact` gives up with `busy` after so long
};

/// Everything that is wrong or contradictory, a sentence each. Passwords are never repeated.
std::vector<std::string> problems(const KafkaSettings& settings);

}  // namespace zhida::log
