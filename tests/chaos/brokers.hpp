#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace zhida::chaos {

/// Real Kafka brokers (KRaft, each broker and controller) on free ports of 127.0.0.1; they die with this process.
///
/// Each listens twice: `direct()` for us, and `proxied()`, where clients only ever learn of the addresses of a proxy.
class Brokers {
 public:
  /// Makes the proxy's port for a port of a broker.
  using Proxied = std::function<std::uint16_t(std::uint16_t)>;

  /// Starts `count` and waits until all answer. Throws std::runtime_error with the end of a log.
  Brokers(std::filesystem::path directory, std::size_t count, const Proxied& proxied);
  ~Brokers();
  Brokers(const Brokers&) = delete;
  Brokers& operator=(const Brokers&) = delete;

  std::size_t count() const { return nodes_.size(); }
  std::string direct() const { return addresses(&Node::direct); }
  std::string proxied() const { return addresses(&Node::proxy); }

  /// kill -9.
  void kill(std::size_t node);
  /// After `kill`, on the same ports and data. To be called by the thread that made the object.
  void start(std::size_t node);
  /// Until it answers.
  void wait_until_up(std::size_t node) const;
  /// Until every broker has every record of its partitions again, so that another may be killed; a minute at most.
  void wait_until_whole() const;

 private:
  struct Node {
    std::filesystem::path directory;
    int direct = 0, behind = 0, proxy = 0, controller = 0;
    pid_t pid = 0;
  };

  std::string addresses(int Node::*port) const;
  void configure(std::size_t node) const;

  std::vector<Node> nodes_;
};

}  // namespace zhida::chaos
