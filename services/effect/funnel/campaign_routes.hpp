#pragma once

#include "effect/snapshot_reader.hpp"
#include "platform/http/router.hpp"
#include "stores/catalog/catalog_store.hpp"
#include "stores/deliveries/deliveries_reader.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>

namespace zhida::effect_service {

/// What a campaign has achieved: its funnel, and how it came about over time.
class CampaignRoutes {
 public:
  CampaignRoutes(stores::CatalogStore& catalog, SnapshotReader& snapshots, stores::DeliveriesReader& deliveries)
      : catalog_(catalog), snapshots_(snapshots), deliveries_(deliveries) {}

  void add_to(http::Router& router);

 private:
  boost::asio::awaitable<http::Response> funnel(http::Request& request);
  boost::asio::awaitable<http::Response> series(http::Request& request);

  stores::CatalogStore& catalog_;
  SnapshotReader& snapshots_;
  stores::DeliveriesReader& deliveries_;
};

/// The campaign that the path names. Throws `http::Refused`: 404 if there is none for the asking bureau, 503 while the catalogue is folded.
std::shared_ptr<const campaign::Campaign> campaign_param(const http::Request& request, const stores::CatalogStore& catalog);

}  // namespace zhida::effect_service
