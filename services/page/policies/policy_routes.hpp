#pragma once

#include "domain/date_time.hpp"
#include "page/shelf.hpp"
#include "platform/http/request.hpp"
#include "platform/http/response.hpp"
#include "stores/profiles/profile_store.hpp"
#include "stores/reference/reference_data.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <utility>

namespace zhida::page {

/// Search in what is published, and its details.
class PolicyRoutes {
 public:
  PolicyRoutes(const stores::ProfileStore& profiles, const stores::CatalogStore& catalog, Shelf& shelf,
               const stores::ReferenceData& reference, std::function<domain::Instant()> now)
      : profiles_(profiles), catalog_(catalog), shelf_(shelf), reference_(reference), now_(std::move(now)) {}

  boost::asio::awaitable<http::Response> list(http::Request& request);
  boost::asio::awaitable<http::Response> item(http::Request& request);
  boost::asio::awaitable<http::Response> document(http::Request& request);

 private:
  const stores::ProfileStore& profiles_;
  const stores::CatalogStore& catalog_;
  Shelf& shelf_;
  const stores::ReferenceData& reference_;
  std::function<domain::Instant()> now_;
};

}  // namespace zhida::page
