#pragma once

#include "node/population/population.hpp"
#include "operator/commands/command_gateway.hpp"
#include "platform/http/router.hpp"
#include "stores/catalog/catalog_store.hpp"
#include "stores/reference/reference_data.hpp"

#include <boost/asio/awaitable.hpp>

namespace zhida::operators {

/// Whom a campaign would reach if it were launched now, whatever its state: what is looked at before it is submitted and approved.
class CampaignPreview {
 public:
  CampaignPreview(stores::CatalogStore& catalog, node::Population& population, const stores::ReferenceData& reference, Now now)
      : catalog_(catalog), population_(population), reference_(reference), now_(std::move(now)) {}

  void add_to(http::Router& router);

 private:
  boost::asio::awaitable<http::Response> preview(http::Request& request);

  stores::CatalogStore& catalog_;
  node::Population& population_;
  const stores::ReferenceData& reference_;
  Now now_;
};

}  // namespace zhida::operators
