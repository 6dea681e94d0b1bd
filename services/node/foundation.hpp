#pragma once

#include "domain/date_time.hpp"
#include "node/fold_signs.hpp"
#include "platform/log/event_log.hpp"
#include "platform/observe/log.hpp"
#include "platform/observe/metrics.hpp"
#include "platform/redis/client.hpp"
#include "stores/catalog/catalog_store.hpp"
#include "stores/deliveries/deliveries_fold.hpp"
#include "stores/deliveries/deliveries_reader.hpp"
#include "stores/fold/dead_letters.hpp"
#include "stores/fold/fold_runner.hpp"
#include "stores/profiles/profile_columns.hpp"
#include "stores/profiles/profile_store.hpp"
#include "stores/progress.hpp"
#include "stores/reference/reference_data.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <memory>

namespace zhida::node {

/// The time of day, in milliseconds.
domain::Instant now();

/// What every service stands on: the stores that fold one log, and the view of one Redis. Members stand in the order in which they need
/// each other. Nothing runs by itself: whoever composes the services spawns `catalog.run()`, `profiles.run(p)`, `signs.run()` and the
/// runners it needs.
struct Foundation {
  /// Everything referred to must outlive the foundation. `reads`: a connection for reads, apart from the runners'.
  Foundation(boost::asio::any_io_executor executor, log::EventLog& log, int partitions, redis::Client& reads, const observe::Log& journal);
  Foundation(const Foundation&) = delete;
  Foundation& operator=(const Foundation&) = delete;

  /// Folds deliveries of one partition into Redis, through a connection of its own.
  std::unique_ptr<stores::FoldRunner> deliveries_runner(redis::Client& writes, int partition);

  boost::asio::any_io_executor executor;
  log::EventLog& log;
  redis::Client& reads;
  const observe::Log& journal;
  int partitions;
  observe::Metrics metrics;
  stores::ReferenceData reference;
  stores::DeadLetters dead_letters;
  stores::CatalogStore catalog;
  stores::ProfileStore profiles;
  stores::ProfileColumns columns;
  stores::Progress deliveries_progress;
  stores::DeliveriesFold deliveries_fold;
  stores::DeliveriesReader deliveries;
  FoldSigns signs;
};

}  // namespace zhida::node
