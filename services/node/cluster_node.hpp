#pragma once

#include "node/cluster_settings.hpp"
#include "node/foundation.hpp"
#include "node/population/query_port.hpp"
#include "node/presence/elsewhere.hpp"
#include "node/presence/presence.hpp"
#include "node/presence/registry.hpp"
#include "node/process.hpp"
#include "platform/auth/digest.hpp"
#include "platform/auth/key_ring.hpp"
#include "platform/http/router.hpp"
#include "platform/log/kafka_log.hpp"
#include "platform/log/partition_owner.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace zhida::node {

/// One process of the cluster: the log kept by Kafka, Redis, and what a service builds on them. A service's `main` adds routes and work.
class ClusterNode {
 public:
  /// Connects to Kafka, makes or verifies the topics; blocks meanwhile. Then opens its ports. Throws with sentences when anything is wrong.
  ClusterNode(boost::asio::io_context& context, ClusterSettings settings, const observe::Log& journal);
  ClusterNode(const ClusterNode&) = delete;
  ClusterNode& operator=(const ClusterNode&) = delete;

  const ClusterSettings& settings() const { return settings_; }
  Foundation& foundation() { return *foundation_; }
  redis::Client& writes() { return *writes_; }  ///< a connection for the runners of folds
  const auth::Digest& master_key() const { return master_key_; }
  http::Router& router() { return router_; }
  boost::asio::thread_pool& pool() { return pool_; }  ///< for pure work that would keep the executor too long

  /// A task that ends at a stop only.
  void spawn(boost::asio::awaitable<void> task) { process_.spawn_work(std::move(task)); }
  /// Folds the profiles of every partition, for a service that answers about any enterprise; from then on it answers only while it shows
  /// whatever was acknowledged anywhere (Presence).
  void answer_reads(std::string service);
  /// Answers questions about the enterprises of the partitions that `owner` has, which are folded by its work (QueryPort).
  void answer_questions(std::string service, const log::PartitionOwner& owner);
  /// Asks those who do.
  std::unique_ptr<Population> everybody();
  /// Waits until every process that answers reads shows what was written.
  boost::asio::awaitable<bool> passed_elsewhere(stores::WrittenTo written, Elsewhere::Clock::time_point deadline);
  /// Shares the partitions of `topic` with the other processes of `group`; see log::PartitionOwner.
  const log::PartitionOwner& own(std::string group, std::string_view topic, log::PartitionOwner::Work work);
  /// Names what is not ready yet, or nothing; asked by `/readyz` beside the catalogue and the partitions owned.
  void ready_when(std::function<std::string()> unready) { unready_.push_back(std::move(unready)); }
  /// Lets a running campaign fail that cannot be decided or sent: asks its owner, until it has ended.
  void let_fail(std::string_view campaign, std::string_view reason);

  /// Answers and works until told to stop, or until a work fails: then throws `std::runtime_error` with the reason. The log is closed at
  /// the end in either case.
  boost::asio::awaitable<void> run();

 private:
  Announcement::Positions positions() const;
  void announce(std::string service, std::function<void(Announcement&)> fill);
  http::Authorise authorise() const;
  boost::asio::awaitable<void> fail_campaign(std::string campaign, std::string reason);
  std::string unready() const;

  boost::asio::io_context& context_;
  ClusterSettings settings_;
  const observe::Log& journal_;
  auth::KeyRing keys_;
  std::string advertised_;
  auth::Digest master_key_;
  boost::asio::thread_pool pool_{2};
  std::unique_ptr<redis::Client> writes_, reads_;
  std::unique_ptr<log::KafkaLog> log_;
  std::unique_ptr<Foundation> foundation_;
  Registry registry_;
  std::optional<Presence> presence_;
  bool answers_reads_ = false;
  std::unique_ptr<QueryPort> questions_;
  std::optional<Elsewhere> elsewhere_;
  std::uint16_t port_ = 0;
  std::optional<Process::Door> door_, metrics_door_;  // from the opening of the ports to `run`
  std::vector<std::unique_ptr<log::PartitionOwner>> owners_;
  std::vector<std::function<std::string()>> unready_;
  std::vector<std::string> failing_;  // campaigns that are being asked to fail
  http::Router router_;
  Process process_;
};

/// The `main` of a service: reads its settings, lets `compose` build it on a node, and runs it until told to stop. `compose` returns what
/// must live as long. The exit status: 0 after an orderly stop, 1 with a sentence on standard error otherwise.
int run_service(int argc, char** argv, const std::string& name, const std::string& description,
                const std::function<std::shared_ptr<void>(ClusterNode&)>& compose);

}  // namespace zhida::node
