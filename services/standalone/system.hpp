#pragma once

#include "dispatcher/service.hpp"
#include "effect/service.hpp"
#include "matcher/service.hpp"
#include "operator/service.hpp"
#include "page/service.hpp"
#include "platform/auth/key_ring.hpp"
#include "platform/http/router.hpp"
#include "platform/log/sqlite_log.hpp"
#include "platform/observe/log.hpp"
#include "platform/observe/metrics.hpp"
#include "platform/redis/connect.hpp"
#include "platform/runtime/task_group.hpp"
#include "standalone/data_directory.hpp"
#include "standalone/docs/docs_routes.hpp"
#include "standalone/serve.hpp"
#include "stores/catalog/catalog_store.hpp"
#include "stores/deliveries/deliveries_fold.hpp"
#include "stores/deliveries/deliveries_reader.hpp"
#include "stores/fold/dead_letters.hpp"
#include "stores/fold/fold_runner.hpp"
#include "stores/profiles/profile_columns.hpp"
#include "stores/profiles/profile_store.hpp"
#include "stores/progress.hpp"
#include "stores/reference/reference_data.hpp"

#include <boost/asio/thread_pool.hpp>

#include <memory>
#include <vector>

namespace zhida::standalone {

/// Every service of the system in one process, over one log and one Redis. Members stand in the order in which they need each other.
class System {
 public:
  System(boost::asio::any_io_executor executor, const DataDirectory& directory, const ServeSettings& settings, redis::Servers redis,
         const observe::Log& journal);
  System(const System&) = delete;
  System& operator=(const System&) = delete;

  /// Everything that is asked over HTTP.
  const http::Router& router() const { return router_; }
  observe::Metrics& metrics() { return metrics_; }
  const auth::KeyRing& keys() const { return keys_; }

  /// Connections to Redis: to be ended last, at once.
  void spawn_connections(runtime::TaskGroup& group);
  /// Folds and services: to be drained.
  void spawn_work(runtime::TaskGroup& group);

  /// True once every fold shows what the log holds.
  bool ready() const;

 private:
  void add_own_routes();
  boost::asio::awaitable<void> reload_keys();

  boost::asio::any_io_executor executor_;
  const observe::Log& journal_;
  observe::Metrics metrics_;
  auth::KeyRing keys_;
  auth::Digest master_key_;
  stores::ReferenceData reference_;
  boost::asio::thread_pool pool_{2};  // pure work that would keep the executor too long
  log::SqliteLog log_;
  std::unique_ptr<redis::Client> fold_redis_;
  std::unique_ptr<redis::Client> read_redis_;
  stores::DeadLetters dead_letters_;
  stores::CatalogStore catalog_;
  stores::ProfileStore profiles_;
  stores::ProfileColumns columns_;
  stores::Progress deliveries_progress_;
  stores::DeliveriesFold deliveries_fold_;
  stores::DeliveriesReader deliveries_;
  std::vector<std::unique_ptr<stores::FoldRunner>> runners_;
  operators::Service operators_;
  matcher::Service matcher_;
  dispatcher::Service dispatcher_;
  page::Service page_;
  effect_service::Service effects_;
  DocsRoutes docs_;
  http::Router router_;
};

}  // namespace zhida::standalone
