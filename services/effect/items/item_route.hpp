#pragma once

#include "effect/snapshot_reader.hpp"
#include "platform/http/router.hpp"
#include "stores/catalog/catalog_store.hpp"
#include "stores/deliveries/deliveries_reader.hpp"
#include "stores/profiles/profile_store.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>

namespace zhida::effect_service {

using Now = std::function<domain::Instant()>;

/// What one item has achieved over all campaigns and channels, and how many of those entitled to it were reached.
class ItemRoute {
 public:
  ItemRoute(stores::CatalogStore& catalog, const stores::ProfileStore& profiles, SnapshotReader& snapshots,
            stores::DeliveriesReader& deliveries, Now now)
      : catalog_(catalog), profiles_(profiles), snapshots_(snapshots), deliveries_(deliveries), now_(std::move(now)) {}

  void add_to(http::Router& router);

 private:
  boost::asio::awaitable<http::Response> item(http::Request& request);

  stores::CatalogStore& catalog_;
  const stores::ProfileStore& profiles_;
  SnapshotReader& snapshots_;
  stores::DeliveriesReader& deliveries_;
  Now now_;
};

}  // namespace zhida::effect_service
