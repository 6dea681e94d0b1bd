#pragma once

#include "simulation/node.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace zhida::simulation {

/// How the cluster is broken on purpose; the honest one by default.
struct Bug {
  std::function<void(Brokers&)> brokers;
  std::function<void(RedisServer&)> redis;
  Flaws flaws;
};

/// What somebody outside was told, and what was really there: the checker holds the cluster to it.
struct Truth {
  struct Engagement {
    delivery::CampaignNumber campaign = 0;
    enterprise::Uscc uscc;
    delivery::EngagementType type = delivery::EngagementType::impression;
    bool acknowledged = false;
  };

  std::map<std::string, contracts::CatalogEvent> answers;       ///< command → the outcome its asker was shown
  std::map<std::string, std::set<enterprise::Uscc>> campaigns;  ///< id → whom it is for
  std::map<std::string, Engagement> engagements;                ///< id → what was done; asked for, acknowledged or not
  std::set<enterprise::Uscc> moved;                             ///< whose profile changed so that it may have entered or left an audience
  std::set<std::string> acknowledged;                           ///< other records of which somebody was told that they are kept, by `ce_id`
  std::set<std::string> poison;                                 ///< ids of the dead letters there must be
};

/// What the deliveries readers answer once everything is settled.
struct Served {
  std::map<delivery::CampaignNumber, stores::CampaignTotals> campaigns;
  std::map<delivery::CampaignNumber, std::vector<std::optional<contracts::PartitionDecided>>> marks;
  std::map<enterprise::Uscc, delivery::Ledger> ledgers;
};

/// The cluster of a seed, and those who use and harm it.
class Cluster {
 public:
  Cluster(std::uint64_t seed, const Bug& bug);
  ~Cluster();

  /// Plays the seed: use and faults, then peace until nothing moves any more. False: it does not come to rest.
  bool play();

  const Brokers& brokers() const { return brokers_; }
  const RedisModel::Keys& redis() const { return redis_.model.keys(); }
  const Truth& truth() const { return truth_; }
  const Served& served() const { return served_; }
  int partitions() const { return partitions_; }
  /// What it waited for in vain.
  const std::string& unrest() const { return unrest_; }
  std::uint64_t trace() const { return world_.trace(); }

  /// Ends everything. False: some process cannot be ended.
  bool end();

  /// Folds the log from the start into an empty Redis, with nobody else around.
  RedisModel::Keys refolded();

 private:
  struct Plan;

  // What there is at the beginning (history.cpp).
  void write_history();
  void append(std::string topic, int partition, std::string key, std::string value, std::string id, std::string_view type);
  void decided(contracts::CommandKind kind, std::string entity, contracts::CatalogEvent::Outcome outcome);
  std::string patch(const enterprise::Uscc& uscc, int employees, int day) const;

  // Processes and their faults (cluster.cpp).
  void start_processes();
  void supervise();
  void plan_faults();
  void strike();
  void restart(std::size_t index, Nanoseconds after);
  Node* some_node(bool operating);
  void spoil();
  void repeat_record();
  void heal();
  boost::asio::awaitable<std::string> look_at_unrest();
  boost::asio::awaitable<void> observe();

  // People (people.cpp).
  void plan_people();
  boost::asio::awaitable<void> lead(Plan plan);
  boost::asio::awaitable<std::shared_ptr<const contracts::CatalogEvent>> ask(contracts::CommandKind kind, std::string entity,
                                                                             std::string who, std::string body);
  boost::asio::awaitable<void> visit(int count);
  boost::asio::awaitable<void> report_profiles(int count);
  boost::asio::awaitable<void> withdraw_item(std::string item);
  boost::asio::awaitable<void> close_campaigns();
  boost::asio::awaitable<void> sleep(Nanoseconds time);

  World world_;
  Flaws flaws_;
  Brokers brokers_;
  RedisServer redis_;
  RedisServer empty_redis_;
  int partitions_;
  Ground ground_;

  std::vector<std::unique_ptr<Node>> nodes_;
  std::vector<std::unique_ptr<Node>> ended_;  // kept: what was on its way to them may still arrive
  std::unique_ptr<Node> observer_;

  Host& street_;  // where people are
  runtime::TaskGroup people_;
  std::unique_ptr<LogPort> data_centre_;

  std::vector<enterprise::Uscc> enterprises_;
  std::map<enterprise::Uscc, int> employees_;  // −1 = not known
  Truth truth_;
  Served served_;
  std::string unrest_;
  int ids_ = 0;
  int commands_ = 0;
  std::map<std::string, std::uint64_t> revisions_;
  bool peace_ = false;
};

}  // namespace zhida::simulation
