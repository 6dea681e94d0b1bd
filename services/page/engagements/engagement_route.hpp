#pragma once

#include "domain/date_time.hpp"
#include "page/engagement_log.hpp"
#include "page/metrics.hpp"
#include "platform/http/request.hpp"
#include "platform/http/response.hpp"
#include "stores/catalog/catalog_store.hpp"
#include "stores/profiles/profile_store.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <utility>

namespace zhida::page {

/// What the page saw enterprises do, in batches. Repeatable: an event counts once by its id.
class EngagementRoute {
 public:
  EngagementRoute(const stores::CatalogStore& catalog, const stores::ProfileStore& profiles, EngagementLog& log, Metrics& metrics,
                  std::function<domain::Instant()> now)
      : catalog_(catalog), profiles_(profiles), log_(log), metrics_(metrics), now_(std::move(now)) {}

  /// 202 with a result per event, once the accepted ones are durable; a wrong one does not stop the others.
  boost::asio::awaitable<http::Response> post(http::Request& request);

 private:
  const stores::CatalogStore& catalog_;
  const stores::ProfileStore& profiles_;
  EngagementLog& log_;
  Metrics& metrics_;
  std::function<domain::Instant()> now_;
};

}  // namespace zhida::page
