#pragma once

#include "contracts/engagements/engagement_recorded.hpp"
#include "dispatcher/service.hpp"
#include "matcher/service.hpp"
#include "operator/commands/campaign_clock.hpp"
#include "operator/commands/command_gateway.hpp"
#include "operator/commands/command_owner.hpp"
#include "page/engagement_log.hpp"
#include "platform/runtime/task_group.hpp"
#include "simulation/brokers.hpp"
#include "simulation/redis_side.hpp"
#include "stores/deliveries/deliveries_fold.hpp"
#include "stores/fold/fold_runner.hpp"

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace zhida::simulation {

/// What a process does. Partitions of several processes may overlap: then they compete.
struct Duties {
  std::string name;
  bool operates = false;        ///< owner of commands, campaign clock, gateway
  std::vector<int> partitions;  ///< folded, decided and sent
  bool matches = false;
  bool dispatches = false;
  std::chrono::milliseconds skew{0};  ///< of its wall clock
};

/// How processes are made otherwise than they should be, for planted bugs.
struct Flaws {
  std::function<void(RedisPort&)> redis;
  std::function<std::unique_ptr<stores::Fold>(const stores::Fold& honest)> fold;
};

/// What all processes of a world stand on.
struct Ground {
  World& world;
  Brokers& brokers;
  RedisServer& redis;
  const stores::ReferenceData& reference;
  int partitions;
  const Flaws& flaws;
};

/// One process of the cluster: the product's services over its own ports, stores and executor.
class Node {
 public:
  Node(const Ground& ground, Duties duties);
  ~Node();
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  const Duties& duties() const { return duties_; }

  /// Ends it at once, wherever it is; nothing it does from then on is seen by anybody.
  void kill();
  /// Killed, and nothing is left of it: only then may it be destroyed.
  bool ended() const { return dead_ && tasks_.size() == 0; }
  void freeze(bool frozen) { host_.frozen = frozen; }
  bool frozen() const { return host_.frozen; }
  /// Why one of its tasks failed; a supervisor starts the process again.
  const std::optional<std::string>& failure() const { return failure_; }

  /// Takes a request as its HTTP server would; whoever asked is told on `executor`: an outcome, or an error for "ask again".
  using Outcome = std::shared_ptr<const contracts::CatalogEvent>;
  boost::asio::awaitable<boost::system::result<Outcome>> submit(boost::asio::any_io_executor executor, http::Request request,
                                                                contracts::CommandKind kind, std::string entity);
  /// The same for an engagement; an error unless it is recorded.
  boost::asio::awaitable<boost::system::result<void>> engage(boost::asio::any_io_executor executor, contracts::EngagementRecorded event);

  LogPort& log() { return log_; }
  stores::CatalogStore& catalog() { return catalog_; }
  stores::DeliveriesReader& deliveries() { return deliveries_; }
  boost::asio::any_io_executor executor() { return host_.context.get_executor(); }
  runtime::TaskGroup& tasks() { return tasks_; }
  domain::Instant now() const;

 private:
  void start();

  Ground ground_;
  Duties duties_;
  Host& host_;
  LogPort log_;
  RedisPort fold_redis_, read_redis_;
  observe::Log journal_;
  observe::Metrics metrics_;
  stores::DeadLetters dead_letters_;
  stores::CatalogStore catalog_;
  stores::ProfileStore profiles_;
  stores::ProfileColumns columns_;
  stores::Progress progress_;
  stores::DeliveriesFold fold_;
  std::unique_ptr<stores::Fold> flawed_fold_;
  stores::DeliveriesReader deliveries_;
  std::deque<stores::FoldRunner> runners_;
  operators::CommandRules rules_;
  operators::CommandGateway gateway_;
  operators::CommandOwner owner_;
  operators::CampaignClock clock_;
  page::EngagementLog engagements_;
  std::unique_ptr<matcher::Service> matcher_;
  std::unique_ptr<dispatcher::Service> dispatcher_;
  std::optional<std::string> failure_;
  bool dead_ = false;
  runtime::TaskGroup tasks_;
};

}  // namespace zhida::simulation
