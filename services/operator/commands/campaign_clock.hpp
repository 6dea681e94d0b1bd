#pragma once

#include "operator/commands/command_gateway.hpp"
#include "operator/commands/decide_command.hpp"
#include "platform/observe/log.hpp"
#include "stores/catalog/catalog_store.hpp"
#include "stores/deliveries/deliveries_reader.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace zhida::operators {

/// Asks for what no person asks for: starts campaigns whose time has come, ends those that are over or done, returns to draft those whose
/// package or items changed before they ran, and lets those fail that cannot be started, decided or sent.
class CampaignClock {
 public:
  CampaignClock(stores::CatalogStore& catalog, stores::DeliveriesReader& deliveries, CommandGateway& gateway, const CommandRules& rules,
                Now now, const observe::Log& journal)
      : catalog_(catalog), deliveries_(deliveries), gateway_(gateway), rules_(rules), now_(std::move(now)), journal_(journal) {}

  /// Looks at every campaign that is not over four times a second, until cancelled.
  boost::asio::awaitable<void> run();

  /// A running campaign cannot go on, and why: it is to fail at the next look. Of several reasons the first counts.
  void report_failure(std::string_view campaign, std::string_view reason);

 private:
  boost::asio::awaitable<void> look_at(const campaign::Campaign& campaign);
  boost::asio::awaitable<void> fail(const campaign::Campaign& campaign, std::string reason);
  boost::asio::awaitable<bool> is_done(const campaign::Campaign& campaign);

  stores::CatalogStore& catalog_;
  stores::DeliveriesReader& deliveries_;
  CommandGateway& gateway_;
  const CommandRules& rules_;
  Now now_;
  const observe::Log& journal_;
  std::uint64_t contents_seen_ = 0;                           // the catalogue's version at which all contents were looked at
  std::map<std::string, std::string, std::less<>> failures_;  // campaign → why, until it has failed
};

}  // namespace zhida::operators
