#pragma once

#include "operator/commands/command_gateway.hpp"
#include "platform/http/router.hpp"
#include "stores/catalog/catalog_store.hpp"
#include "stores/reference/reference_data.hpp"

#include <boost/asio/awaitable.hpp>

namespace zhida::operators {

/// Documents, items and packages: lists, single ones, and their changes as commands.
class CatalogRoutes {
 public:
  CatalogRoutes(stores::CatalogStore& catalog, CommandGateway& gateway, const stores::ReferenceData& reference)
      : catalog_(catalog), gateway_(gateway), reference_(reference) {}

  void add_to(http::Router& router);

 private:
  boost::asio::awaitable<http::Response> put(http::Request& request, contracts::CommandKind kind);
  boost::asio::awaitable<http::Response> change_item(http::Request& request, contracts::CommandKind kind);
  http::Response current(const http::Request& request, contracts::EntityKind kind, const std::string& id, http::Status status) const;
  template <class Entity, class Keep>
  http::Response list(const http::Request& request, const stores::Entities<Entity>& all, Keep keep) const;
  http::Response list_documents(const http::Request& request) const;
  http::Response list_items(const http::Request& request) const;
  http::Response list_packages(const http::Request& request) const;

  stores::CatalogStore& catalog_;
  CommandGateway& gateway_;
  const stores::ReferenceData& reference_;
};

}  // namespace zhida::operators
