#pragma once

#include "effect/metrics/metrics_table.hpp"
#include "effect/snapshot_reader.hpp"
#include "platform/http/router.hpp"
#include "stores/catalog/catalog_store.hpp"
#include "stores/deliveries/deliveries_reader.hpp"
#include "stores/reference/reference_data.hpp"

#include <boost/asio/awaitable.hpp>

namespace zhida::effect_service {

/// One measure cut by one dimension, as a table or over time, of all campaigns that the asking bureau sees.
class MetricsRoute {
 public:
  MetricsRoute(stores::CatalogStore& catalog, const stores::ReferenceData& reference, SnapshotReader& snapshots,
               stores::DeliveriesReader& deliveries)
      : catalog_(catalog), reference_(reference), snapshots_(snapshots), deliveries_(deliveries) {}

  void add_to(http::Router& router);

 private:
  using Numbered = std::vector<std::pair<delivery::CampaignNumber, CampaignFacets>>;

  boost::asio::awaitable<http::Response> metrics(http::Request& request);
  boost::asio::awaitable<bool> add_totals(MetricsTable& table, const Numbered& campaigns);
  boost::asio::awaitable<bool> add_cells(MetricsTable& table, const Numbered& campaigns);
  Numbered visible_campaigns(std::string_view bureau) const;
  CampaignFacets facets_of(const campaign::Campaign& campaign) const;
  std::string label_of(Dimension by, const std::string& key) const;
  std::string as_json(const MetricsTable& table) const;
  std::string as_csv(const MetricsTable& table) const;

  stores::CatalogStore& catalog_;
  const stores::ReferenceData& reference_;
  SnapshotReader& snapshots_;
  stores::DeliveriesReader& deliveries_;
};

}  // namespace zhida::effect_service
