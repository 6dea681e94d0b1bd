#pragma once

#include "domain/date_time.hpp"
#include "page/checkup/offer_rules.hpp"
#include "page/checkup/subject.hpp"
#include "page/shelf.hpp"
#include "platform/http/request.hpp"
#include "platform/http/response.hpp"
#include "stores/profiles/profile_store.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <string>
#include <utility>

namespace zhida::page {

/// Check-ups 政策体检: everything published against one enterprise, with reasons. Nothing is kept.
class CheckupRoutes {
 public:
  CheckupRoutes(const stores::ProfileStore& profiles, Shelf& shelf, std::shared_ptr<const matching::Language> language,
                std::function<domain::Instant()> now)
      : profiles_(profiles), shelf_(shelf), rules_(std::move(language)), now_(std::move(now)) {}

  /// All items.
  boost::asio::awaitable<http::Response> all(http::Request& request);
  /// All items, with the answers in the body laid over the profile.
  boost::asio::awaitable<http::Response> answered(http::Request& request);
  /// One item with its whole tree.
  boost::asio::awaitable<http::Response> one(http::Request& request);

 private:
  CheckedSubject subject(const http::Request& request, domain::Date asof) const;
  domain::Date asof(const http::Request& request) const;

  const stores::ProfileStore& profiles_;
  Shelf& shelf_;
  OfferRules rules_;
  std::function<domain::Instant()> now_;
};

/// The answer of a check-up over all of `shelf`; gives way to others when it takes long.
boost::asio::awaitable<std::string> checkup_json(OfferRules& rules, std::shared_ptr<const ShelfView> shelf, const CheckedSubject& subject,
                                                 domain::Date asof);

}  // namespace zhida::page
