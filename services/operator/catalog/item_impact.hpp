#pragma once

#include "operator/commands/command_gateway.hpp"
#include "operator/rules/rule_impact.hpp"
#include "platform/http/router.hpp"
#include "stores/catalog/catalog_store.hpp"
#include "stores/profiles/profile_store.hpp"
#include "stores/reference/reference_data.hpp"

#include <boost/asio/awaitable.hpp>

namespace zhida::operators {

/// What publishing the draft of an item would change, for all enterprises: to be looked at by the author and by who publishes it.
class ItemImpact {
 public:
  ItemImpact(const stores::CatalogStore& catalog, const stores::ProfileStore& profiles, stores::ProfileColumns& columns,
             const stores::ReferenceData& reference, Now now)
      : catalog_(catalog), profiles_(profiles), reference_(reference), impact_(reference, columns), now_(std::move(now)) {}

  void add_to(http::Router& router);

 private:
  boost::asio::awaitable<http::Response> impact(http::Request& request);
  matching::Rule rule_of(const policy::ItemVersion* version) const;

  const stores::CatalogStore& catalog_;
  const stores::ProfileStore& profiles_;
  const stores::ReferenceData& reference_;
  RuleImpact impact_;
  Now now_;
};

}  // namespace zhida::operators
