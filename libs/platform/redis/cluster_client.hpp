#pragma once

#include "platform/redis/client.hpp"
#include "platform/redis/cluster_nodes.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace zhida::redis {

/// A Redis Cluster: each command goes to the master of its first key's slot.
///
/// A command that comes to the wrong server (MOVED), or to one that is giving the slot away (ASK, TRYAGAIN), is sent again where it
/// belongs, for a moment; after that, and when its server is lost or the cluster is down (CLUSTERDOWN), it fails like one sent to a
/// server that is not connected. The others go on. After a fail-over the map of the cluster is asked for again, by itself.
class ClusterClient final : public Client {
 public:
  struct Options {
    ClusterNodes::Options nodes;
    std::chrono::milliseconds patience{1'000};  ///< with a slot that is moving
  };

  /// `seeds`: at least one server of the cluster, by which the others are found; their user and password (of the first) are everybody's.
  ClusterClient(boost::asio::any_io_executor executor, std::vector<Address> seeds, Observer observer = {});
  ClusterClient(boost::asio::any_io_executor executor, std::vector<Address> seeds, Observer observer, Options options);

  boost::asio::awaitable<void> run() override { return nodes_.run(); }
  bool connected() const override { return nodes_.connected(); }
  std::uint64_t connections() const override { return nodes_.connections(); }
  boost::asio::awaitable<void> wait_until_connected() override { return nodes_.wait_until_connected(); }
  Awaitable<std::vector<Reply>> pipeline(Commands commands) override;

 private:
  struct Part;
  struct Exchange;

  Awaitable<std::vector<Part>> plan(const Exchange& exchange);
  Awaitable<void> send(Exchange& exchange, std::vector<Part> parts);

  ClusterNodes nodes_;
  std::chrono::milliseconds patience_;
};

}  // namespace zhida::redis
