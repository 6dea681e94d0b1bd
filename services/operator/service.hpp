#pragma once

#include "operator/campaigns/campaign_preview.hpp"
#include "operator/campaigns/campaign_routes.hpp"
#include "operator/catalog/catalog_routes.hpp"
#include "operator/catalog/item_impact.hpp"
#include "operator/commands/campaign_clock.hpp"
#include "operator/commands/command_owner.hpp"
#include "operator/elsewhere.hpp"
#include "operator/intake/enterprise_routes.hpp"
#include "operator/intake/resealer.hpp"
#include "operator/metrics.hpp"
#include "operator/records/record_routes.hpp"
#include "operator/rules/rule_routes.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace zhida::operators {

struct Settings {
  std::vector<std::string> link_hosts;        ///< hosts that links may lead to; `*.gov.cn` for all below gov.cn
  std::string page_url;                       ///< where the link of a package without target leads
  std::chrono::milliseconds patience{5'000};  ///< how long a request waits for what becomes of its command
};

struct Dependencies {
  log::EventLog& log;
  const stores::ReferenceData& reference;
  stores::CatalogStore& catalog;
  stores::ProfileStore& profiles;
  node::Population& population;  ///< whom these profiles are of
  stores::DeliveriesReader& deliveries;
  const auth::Digest& master_key;
  const observe::Log& journal;
  Now now;
  boost::asio::any_io_executor pool;  ///< for parsing and sealing; to be joined before the executor's context goes
  observe::Metrics& metrics;
  Elsewhere elsewhere{};
};

/// The operators' side: routes for the data centre, operators and auditors; the owner of all commands; the campaigns' clock.
class Service {
 public:
  Service(const Dependencies& dependencies, Settings settings);
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  void add_routes(http::Router& router);

  /// Lets a running campaign fail that cannot be decided or sent: for those who find that out.
  void let_fail(std::string_view campaign, std::string_view reason) { clock_.report_failure(campaign, reason); }

  // Background work: spawn each in a TaskGroup.
  boost::asio::awaitable<void> run_owner() { return owner_.run(); }
  boost::asio::awaitable<void> run_clock() { return clock_.run(); }
  boost::asio::awaitable<void> run_resealer() { return resealer_.run(); }

 private:
  Metrics metrics_;
  CommandRules rules_;
  CommandGateway gateway_;
  Sealer sealer_;
  Resealer resealer_;
  CommandOwner owner_;
  CampaignClock clock_;
  CatalogRoutes catalog_routes_;
  ItemImpact item_impact_;
  CampaignRoutes campaign_routes_;
  CampaignPreview campaign_preview_;
  EnterpriseRoutes enterprise_routes_;
  RuleRoutes rule_routes_;
  RecordRoutes record_routes_;
};

}  // namespace zhida::operators
