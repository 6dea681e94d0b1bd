#pragma once

#include "dispatcher/service.hpp"
#include "effect/service.hpp"
#include "matcher/service.hpp"
#include "node/data_directory.hpp"
#include "node/docs/docs_routes.hpp"
#include "node/foundation.hpp"
#include "node/population/local_population.hpp"
#include "node/process.hpp"
#include "operator/service.hpp"
#include "page/service.hpp"
#include "platform/auth/key_ring.hpp"
#include "platform/http/router.hpp"
#include "platform/log/sqlite_log.hpp"
#include "platform/observe/log.hpp"
#include "platform/redis/connect.hpp"
#include "standalone/serve.hpp"

#include <boost/asio/thread_pool.hpp>

#include <memory>
#include <vector>

namespace zhida::standalone {

/// Every service of the system in one process, over one log and one Redis. Members stand in the order in which they need each other.
class System {
 public:
  System(boost::asio::any_io_executor executor, const node::DataDirectory& directory, const ServeSettings& settings, redis::Servers redis,
         const observe::Log& journal);
  System(const System&) = delete;
  System& operator=(const System&) = delete;

  /// Everything that is asked over HTTP.
  const http::Router& router() const { return router_; }
  observe::Metrics& metrics() { return on_.metrics; }
  const auth::KeyRing& keys() const { return keys_; }

  /// Spawns the connections, the folds and the services.
  void spawn(node::Process& process);

  /// True once every fold shows what the log holds.
  bool ready() const;

 private:
  auth::KeyRing keys_;
  auth::Digest master_key_;
  boost::asio::thread_pool pool_{2};  // pure work that would keep the executor too long
  log::SqliteLog log_;
  std::unique_ptr<redis::Client> fold_redis_;
  std::unique_ptr<redis::Client> read_redis_;
  node::Foundation on_;
  std::vector<std::unique_ptr<stores::FoldRunner>> runners_;
  std::vector<std::unique_ptr<node::FoldSigns::Shown>> shown_;
  node::LocalPopulation population_;
  operators::Service operators_;
  matcher::Service matcher_;
  dispatcher::Service dispatcher_;
  page::Service page_;
  effect_service::Service effects_;
  node::DocsRoutes docs_;
  http::Router router_;
};

}  // namespace zhida::standalone
