#include "operator/service.hpp"

#include <utility>

namespace zhida::operators {

Service::Service(const Dependencies& with, Settings settings)
    : metrics_(with.metrics),
      rules_{with.reference, policy::LinkPolicy(std::move(settings.link_hosts)), std::move(settings.page_url)},
      gateway_(
          with.log, with.catalog, rules_, with.now, settings.patience,
          [this](CommandGateway::Outcome outcome, std::chrono::steady_clock::duration took) { metrics_.count(outcome, took); },
          with.elsewhere),
      sealer_(with.master_key, with.profiles),
      resealer_(with.log, with.profiles, sealer_, with.now, with.journal),
      owner_(with.log, with.catalog, rules_, with.now, with.journal),
      clock_(with.catalog, with.deliveries, gateway_, rules_, with.now, with.journal),
      catalog_routes_(with.catalog, gateway_, with.reference),
      item_impact_(with.catalog, with.population, with.reference, with.now),
      campaign_routes_(with.catalog, with.deliveries, gateway_, with.reference),
      campaign_preview_(with.catalog, with.population, with.reference, with.now),
      enterprise_routes_(
          {with.log, with.reference, with.catalog, with.profiles, with.deliveries, sealer_, with.elsewhere, with.pool, with.now}),
      rule_routes_(with.reference, with.population, with.now),
      record_routes_(with.log, with.catalog, with.deliveries, with.profiles, with.now) {}

void Service::add_routes(http::Router& router) {
  catalog_routes_.add_to(router);
  item_impact_.add_to(router);
  campaign_routes_.add_to(router);
  campaign_preview_.add_to(router);
  enterprise_routes_.add_to(router);
  rule_routes_.add_to(router);
  record_routes_.add_to(router);
}

}  // namespace zhida::operators
