#pragma once

#include "effect/exports/intents_export.hpp"
#include "effect/funnel/campaign_routes.hpp"
#include "effect/items/item_route.hpp"
#include "effect/metrics/metrics_route.hpp"
#include "effect/snapshot_reader.hpp"
#include "effect/verify/shared_jobs.hpp"
#include "effect/verify/verifier.hpp"
#include "effect/verify/verify_routes.hpp"
#include "platform/observe/log.hpp"
#include "platform/observe/metrics.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <optional>

namespace zhida::effect_service {

struct Settings {
  std::chrono::milliseconds verify_patience{30'000};    ///< how long a request waits for its comparison
  std::size_t verify_slice = 25'000;                    ///< enterprises in memory at once while comparing
  std::optional<std::chrono::minutes> nightly{3 * 60};  ///< behind midnight in Asia/Shanghai, when everything is compared; nothing = never
  bool one_of_many = false;                             ///< other processes answer for this one's comparisons, and it for theirs
};

struct Dependencies {
  boost::asio::any_io_executor executor;
  log::EventLog& log;
  redis::Client& redis;  ///< a connection apart from the runners'
  const stores::DeliveriesFold& fold;
  stores::Progress& progress;  ///< of the deliveries fold
  stores::DeliveriesReader& deliveries;
  stores::CatalogStore& catalog;
  const stores::ProfileStore& profiles;
  const stores::ReferenceData& reference;
  boost::asio::any_io_executor pool;  ///< for parsing; to be joined before the executor's context goes
  const observe::Log& journal;
  observe::Metrics& metrics;
  Now now;
};

/// The analysts' side: what campaigns and items have achieved, and proof that it is what the log says.
class Service {
 public:
  Service(const Dependencies& dependencies, Settings settings);
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  void add_routes(http::Router& router);

  // Background work: spawn each in a TaskGroup.
  boost::asio::awaitable<void> run_verifier() { return verifier_.run(); }
  boost::asio::awaitable<void> run_nightly();
  boost::asio::awaitable<void> run_sharing() { return shared_jobs_.run(verifier_); }  ///< for one of many

 private:
  Dependencies with_;
  Settings settings_;
  SnapshotReader snapshots_;
  observe::Counter& verified_;
  observe::Gauge& different_;
  verify::Verifier verifier_;
  verify::SharedJobs shared_jobs_;
  CampaignRoutes campaign_routes_;
  ItemRoute item_route_;
  MetricsRoute metrics_route_;
  IntentsExport intents_export_;
  verify::VerifyRoutes verify_routes_;
};

}  // namespace zhida::effect_service
