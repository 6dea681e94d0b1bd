#pragma once

#include "platform/redis/address.hpp"
#include "platform/redis/server_client.hpp"
#include "platform/redis/slot_map.hpp"
#include "platform/runtime/task_group.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

namespace zhida::redis {

/// One server of a cluster and the connection to it, which is kept while somebody holds the node.
struct ClusterNode {
  ClusterNode(const boost::asio::any_io_executor& executor, Endpoint at, Address address, Client::Observer observer,
              ServerClient::Options options);

  Endpoint endpoint;
  ServerClient client;
  runtime::TaskGroup tasks;  // `client.run()`
};

/// The servers of a cluster: a connection to each master, and the map of who serves what.
///
/// The map is asked for (CLUSTER SLOTS) at the start, when a server is lost or comes, when somebody doubts it, and again and again until
/// every slot has an owner that is connected; meanwhile the servers of the setting and the replicas are asked too. In peace nobody is
/// asked.
class ClusterNodes {
 public:
  using Node = std::shared_ptr<ClusterNode>;

  struct Options {
    ServerClient::Options server;
    std::chrono::milliseconds first_delay{10};  ///< between two looks at the map; doubled until all is well
    std::chrono::milliseconds longest_delay{500};
    std::chrono::milliseconds look_limit{1'000};  ///< for one server to answer
  };

  ClusterNodes(boost::asio::any_io_executor executor, std::vector<Address> seeds, Client::Observer observer, Options options);

  /// Until cancelled (`terminal`); every connection has ended then.
  boost::asio::awaitable<void> run();

  /// Whether every slot has an owner that is connected.
  bool connected() const;
  boost::asio::awaitable<void> wait_until_connected();

  /// Connections made, and changes of the map.
  std::uint64_t connections() const;

  Node owner(Slot slot) const;  ///< null if nobody is known
  std::vector<Node> connected_masters() const;
  /// The server at `endpoint`, connected within `limit`; else null.
  boost::asio::awaitable<Node> reach(Endpoint endpoint, std::chrono::milliseconds limit);

  /// A server says that another one serves the slot.
  void moved(Slot slot, const Endpoint& to);
  /// The map may be wrong.
  void doubt();

 private:
  boost::asio::awaitable<void> keep_map();
  boost::asio::awaitable<bool> look();
  boost::asio::awaitable<void> rest(std::chrono::steady_clock::time_point until);
  void adopt(SlotMap map);
  Node node_at(const Endpoint& endpoint);
  void ask_around();
  void forget_others();
  void tell(bool up, const std::string& reason);

  boost::asio::any_io_executor executor_;
  std::vector<Address> seeds_;
  Client::Observer observer_;
  Options options_;
  SlotMap map_;
  std::map<Endpoint, Node> nodes_;
  std::vector<Node> leaving_;           // until their tasks have ended
  std::uint64_t past_connections_ = 0;  // of nodes that are gone, and changes of the map
  std::size_t looks_ = 0;
  std::string last_told_;
  bool running_ = false;
  bool doubtful_ = false;
  boost::asio::steady_timer wake_;  // used as condition variables
  boost::asio::steady_timer changed_;
};

}  // namespace zhida::redis
