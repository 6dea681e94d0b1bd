#pragma once

#include "operator/commands/command_gateway.hpp"
#include "operator/commands/decide_command.hpp"
#include "platform/observe/log.hpp"
#include "stores/catalog/catalog_store.hpp"
#include "stores/deliveries/deliveries_reader.hpp"

#include <boost/asio/awaitable.hpp>

namespace zhida::operators {

/// Asks for what no person asks for: starts campaigns whose time has come, ends those that are over or done, and returns to draft those
/// whose package or items changed before they ran.
class CampaignClock {
 public:
  CampaignClock(stores::CatalogStore& catalog, stores::DeliveriesReader& deliveries, CommandGateway& gateway, const CommandRules& rules,
                Now now, const observe::Log& journal)
      : catalog_(catalog), deliveries_(deliveries), gateway_(gateway), rules_(rules), now_(std::move(now)), journal_(journal) {}

  /// Looks at every campaign that is not over four times a second, until cancelled.
  boost::asio::awaitable<void> run();

 private:
  boost::asio::awaitable<void> look_at(const campaign::Campaign& campaign);
  boost::asio::awaitable<bool> is_done(const campaign::Campaign& campaign);

  stores::CatalogStore& catalog_;
  stores::DeliveriesReader& deliveries_;
  CommandGateway& gateway_;
  const CommandRules& rules_;
  Now now_;
  const observe::Log& journal_;
};

}  // namespace zhida::operators
