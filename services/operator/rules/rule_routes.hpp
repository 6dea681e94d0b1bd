#pragma once

#include "node/population/population.hpp"
#include "operator/commands/command_gateway.hpp"
#include "platform/http/router.hpp"
#include "stores/reference/reference_data.hpp"

namespace zhida::operators {

/// The attribute dictionary, and rules before anybody relies on them: checked, and tried on all enterprises.
class RuleRoutes {
 public:
  RuleRoutes(const stores::ReferenceData& reference, node::Population& population, Now now)
      : reference_(reference), population_(population), now_(std::move(now)) {}

  void add_to(http::Router& router);

 private:
  http::Response attributes() const;
  http::Response check(const http::Request& request) const;
  boost::asio::awaitable<http::Response> audience(http::Request& request);
  boost::asio::awaitable<http::Response> impact(http::Request& request);

  const stores::ReferenceData& reference_;
  node::Population& population_;
  Now now_;
};

}  // namespace zhida::operators
