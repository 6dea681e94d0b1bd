#pragma once

#include "operator/intake/bulk_intake.hpp"
#include "operator/intake/fact_intake.hpp"
#include "operator/intake/profile_intake.hpp"
#include "platform/http/router.hpp"

namespace zhida::operators {

/// What the data centre and the offices feed: profiles, single or in bulk, determinations and outcomes; and what is known of one
/// enterprise.
class EnterpriseRoutes {
 public:
  struct Dependencies {
    log::EventLog& log;
    const stores::ReferenceData& reference;
    stores::CatalogStore& catalog;
    stores::ProfileStore& profiles;
    stores::DeliveriesReader& deliveries;
    Sealer& sealer;
    Elsewhere elsewhere;
    boost::asio::any_io_executor pool;
    Now now;
  };

  explicit EnterpriseRoutes(Dependencies dependencies) : with_(std::move(dependencies)) {}

  void add_to(http::Router& router);

 private:
  boost::asio::awaitable<http::Response> patch(http::Request& request);
  boost::asio::awaitable<http::Response> get(http::Request& request);
  boost::asio::awaitable<void> take_profiles(http::Exchange& exchange);
  boost::asio::awaitable<void> take_determinations(http::Exchange& exchange);
  boost::asio::awaitable<void> take_outcomes(http::Exchange& exchange);
  void require_ready() const;

  Dependencies with_;
};

/// The code in the path. Throws `http::Refused` with 422 if it is none.
enterprise::Uscc uscc_param(const http::Request& request);

}  // namespace zhida::operators
