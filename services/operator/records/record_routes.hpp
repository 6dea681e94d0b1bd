#pragma once

#include "operator/commands/command_gateway.hpp"
#include "platform/http/router.hpp"
#include "platform/log/event_log.hpp"
#include "stores/catalog/catalog_store.hpp"
#include "stores/deliveries/deliveries_reader.hpp"
#include "stores/profiles/profile_store.hpp"

namespace zhida::operators {

/// What is on record: an enterprise's timeline, the audit chain, and input that was quarantined.
class RecordRoutes {
 public:
  RecordRoutes(log::EventLog& log, stores::CatalogStore& catalog, stores::DeliveriesReader& deliveries,
               const stores::ProfileStore& profiles, Now now)
      : log_(log), catalog_(catalog), deliveries_(deliveries), profiles_(profiles), now_(std::move(now)) {}

  void add_to(http::Router& router);

 private:
  boost::asio::awaitable<http::Response> timeline(http::Request& request);
  boost::asio::awaitable<http::Response> audit(http::Request& request);
  boost::asio::awaitable<http::Response> dead_letters(http::Request& request);
  boost::asio::awaitable<http::Response> replay(http::Request& request);
  boost::asio::awaitable<bool> is_dead_letter(int partition, const std::string& id);

  log::EventLog& log_;
  stores::CatalogStore& catalog_;
  stores::DeliveriesReader& deliveries_;
  const stores::ProfileStore& profiles_;
  Now now_;
};

}  // namespace zhida::operators
