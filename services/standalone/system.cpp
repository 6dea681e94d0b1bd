#include "standalone/system.hpp"

#include "node/link_hosts.hpp"
#include "node/secrets.hpp"
#include "standalone/retention.hpp"
#include "stores/topic_layout.hpp"

#include <algorithm>
#include <utility>

namespace zhida::standalone {
namespace {

namespace asio = boost::asio;

operators::Settings operator_settings(const ServeSettings& settings) {
  operators::Settings made;
  made.link_hosts = node::link_hosts(settings.link_hosts);
  made.page_url = settings.page_url;
  return made;
}

page::Settings page_settings(const ServeSettings& settings, const auth::Digest& master_key) {
  page::Settings made;
  made.token_key = node::link_key_of(master_key);
  made.page_url = settings.page_url;
  return made;
}

}  // namespace

System::System(asio::any_io_executor executor, const node::DataDirectory& directory, const ServeSettings& settings, redis::Servers redis,
               const observe::Log& journal)
    : keys_(directory.keys()),
      master_key_(node::read_master_key(directory.master_key())),
      log_(executor, directory.log(), stores::topic_layout(settings.partitions)),
      fold_redis_(redis::connect(executor, redis,
                                 [&journal](bool up, std::string_view reason) {
                                   journal.info(up ? "redis.connected" : "redis.lost", {{"reason", reason}});
                                 })),
      read_redis_(redis::connect(executor, redis)),
      on_(executor, log_, settings.partitions, *read_redis_, journal),
      population_(on_.reference, on_.catalog, on_.profiles, on_.columns),
      operators_({on_.log, on_.reference, on_.catalog, on_.profiles, population_, on_.deliveries, master_key_, journal, &node::now,
                  pool_.get_executor(), on_.metrics},
                 operator_settings(settings)),
      matcher_({executor, on_.log, on_.catalog, on_.profiles, on_.columns, on_.deliveries, on_.deliveries_progress, on_.reference,
                on_.metrics, journal, &node::now,
                [this](std::string_view campaign, std::string_view reason) { operators_.let_fail(campaign, reason); }}),
      dispatcher_({executor, pool_.get_executor(), on_.log, on_.catalog, on_.profiles, on_.deliveries, on_.deliveries_progress,
                   on_.reference, on_.metrics, journal, &node::now,
                   [this](std::string_view campaign, std::string_view reason) { operators_.let_fail(campaign, reason); }}),
      page_({on_.log, on_.reference, on_.catalog, on_.profiles, on_.deliveries, on_.metrics, &node::now},
            page_settings(settings, master_key_)),
      effects_({executor, on_.log, on_.reads, on_.deliveries_fold, on_.deliveries_progress, on_.deliveries, on_.catalog, on_.profiles,
                on_.reference, pool_.get_executor(), journal, on_.metrics, &node::now},
               {}) {
  for (int partition = 0; partition < on_.partitions; ++partition) {
    runners_.push_back(on_.deliveries_runner(*fold_redis_, partition));
    shown_.push_back(std::make_unique<node::FoldSigns::Shown>(on_.signs, *runners_.back()));
  }
  on_.metrics.gauges_from("zhida_partitions_owned", "Partitions that this process owns, by consumer group.", [this] {
    std::vector<observe::Metrics::Reading> readings;
    for (const char* group : {"matcher", "dispatcher", "effect"})
      readings.emplace_back(observe::Labels{{"group", group}}, static_cast<double>(on_.partitions));
    for (const char* group : {"operator", "effect-nightly"}) readings.emplace_back(observe::Labels{{"group", group}}, 1.0);
    return readings;
  });
  operators_.add_routes(router_);
  page_.add_routes(router_);
  effects_.add_routes(router_);
  docs_.add_to(router_);
  node::add_own_routes(router_, on_.metrics, [this] { return ready() ? "" : "folding the log"; });
}

void System::spawn(node::Process& process) {
  process.spawn_connection(fold_redis_->run());
  process.spawn_connection(read_redis_->run());
  process.spawn_work(on_.catalog.run());
  process.spawn_work(on_.signs.run());
  for (const auto& runner : runners_) process.spawn_work(runner->run());
  for (int partition = 0; partition < on_.partitions; ++partition) {
    process.spawn_work(on_.profiles.run(partition));
    process.spawn_work(matcher_.run_partition(partition));
    process.spawn_work(dispatcher_.run_partition(partition));
  }
  process.spawn_work(operators_.run_owner());
  process.spawn_work(operators_.run_clock());
  process.spawn_work(operators_.run_resealer());
  process.spawn_work(effects_.run_verifier());
  process.spawn_work(effects_.run_nightly());
  process.spawn_work(run_retention(log_, on_.catalog, &node::now, on_.journal));
  process.spawn_work(node::reload_keys(keys_, on_.journal));
}

bool System::ready() const {
  return on_.catalog.ready() && on_.profiles.ready() &&
         std::ranges::all_of(runners_, [](const auto& runner) { return runner->condition() == stores::FoldCondition::live; });
}

}  // namespace zhida::standalone
