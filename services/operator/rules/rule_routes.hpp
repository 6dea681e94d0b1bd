#pragma once

#include "operator/commands/command_gateway.hpp"
#include "operator/rules/rule_impact.hpp"
#include "platform/http/router.hpp"
#include "stores/profiles/profile_store.hpp"
#include "stores/reference/reference_data.hpp"

namespace zhida::operators {

/// The attribute dictionary, and rules before anybody relies on them: checked, and tried on all enterprises.
class RuleRoutes {
 public:
  RuleRoutes(const stores::ReferenceData& reference, const stores::ProfileStore& profiles, stores::ProfileColumns& columns, Now now)
      : reference_(reference), profiles_(profiles), columns_(columns), impact_(reference, columns), now_(std::move(now)) {}

  void add_to(http::Router& router);

 private:
  http::Response attributes() const;
  http::Response check(const http::Request& request) const;
  boost::asio::awaitable<http::Response> audience(http::Request& request);
  boost::asio::awaitable<http::Response> impact(http::Request& request);

  const stores::ReferenceData& reference_;
  const stores::ProfileStore& profiles_;
  stores::ProfileColumns& columns_;
  RuleImpact impact_;
  Now now_;
};

}  // namespace zhida::operators
