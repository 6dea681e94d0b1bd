#pragma once

#include "node/population/population.hpp"
#include "operator/commands/command_gateway.hpp"
#include "platform/http/router.hpp"
#include "stores/catalog/catalog_store.hpp"
#include "stores/reference/reference_data.hpp"

#include <boost/asio/awaitable.hpp>

namespace zhida::operators {

/// What publishing the draft of an item would change, for all enterprises: to be looked at by the author and by who publishes it.
class ItemImpact {
 public:
  ItemImpact(const stores::CatalogStore& catalog, node::Population& population, const stores::ReferenceData& reference, Now now)
      : catalog_(catalog), population_(population), reference_(reference), now_(std::move(now)) {}

  void add_to(http::Router& router);

 private:
  boost::asio::awaitable<http::Response> impact(http::Request& request);
  contracts::ImpactQuestion::Side side_of(const policy::ItemVersion* version) const;

  const stores::CatalogStore& catalog_;
  node::Population& population_;
  const stores::ReferenceData& reference_;
  Now now_;
};

}  // namespace zhida::operators
