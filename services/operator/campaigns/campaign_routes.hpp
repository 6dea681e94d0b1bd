#pragma once

#include "operator/commands/command_gateway.hpp"
#include "platform/http/router.hpp"
#include "stores/catalog/catalog_store.hpp"
#include "stores/deliveries/deliveries_reader.hpp"
#include "stores/reference/reference_data.hpp"

#include <boost/asio/awaitable.hpp>

namespace zhida::operators {

/// Campaigns: written, submitted, approved, run; their state and progress, once or as they change.
class CampaignRoutes {
 public:
  CampaignRoutes(stores::CatalogStore& catalog, stores::DeliveriesReader& deliveries, CommandGateway& gateway,
                 const stores::ReferenceData& reference)
      : catalog_(catalog), deliveries_(deliveries), gateway_(gateway), reference_(reference) {}

  void add_to(http::Router& router);

 private:
  boost::asio::awaitable<http::Response> create(http::Request& request);
  boost::asio::awaitable<http::Response> change(http::Request& request, contracts::CommandKind kind);
  boost::asio::awaitable<http::Response> get(http::Request& request);
  boost::asio::awaitable<void> stream_progress(http::Exchange& exchange);
  boost::asio::awaitable<http::Response> answer(const http::Request& request, std::shared_ptr<const campaign::Campaign> campaign,
                                                http::Status status);
  http::Response list(const http::Request& request) const;
  std::shared_ptr<const campaign::Campaign> visible(const http::Request& request, const std::string& id) const;

  stores::CatalogStore& catalog_;
  stores::DeliveriesReader& deliveries_;
  CommandGateway& gateway_;
  const stores::ReferenceData& reference_;
};

}  // namespace zhida::operators
