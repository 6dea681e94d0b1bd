#pragma once

#include "domain/date_time.hpp"
#include "domain/page/inbox.hpp"
#include "page/inbox/campaign_template.hpp"
#include "page/link_signer.hpp"
#include "page/metrics.hpp"
#include "platform/http/problem.hpp"
#include "platform/http/request.hpp"
#include "platform/http/response.hpp"
#include "stores/catalog/catalog_store.hpp"
#include "stores/deliveries/deliveries_reader.hpp"
#include "stores/profiles/profile_store.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace zhida::page {

/// What the address of the request asks for.
struct InboxQuestion {
  std::size_t limit = 0;
  std::optional<InboxCursor> after;
  std::optional<policy::PackageKind> kind;
};

/// What is readable for one enterprise: one look at its ledger in Redis, then rendering alone.
class InboxRoute {
 public:
  InboxRoute(stores::DeliveriesReader& deliveries, const stores::ProfileStore& profiles, stores::CatalogStore& catalog,
             std::shared_ptr<const matching::Language> language, const LinkSigner& signer, Metrics& metrics,
             std::function<domain::Instant()> now)
      : deliveries_(deliveries),
        profiles_(profiles),
        catalog_(catalog),
        templates_(catalog, std::move(language)),
        signer_(signer),
        metrics_(metrics),
        now_(std::move(now)) {}

  boost::asio::awaitable<http::Response> get(http::Request& request);

 private:
  http::Response answer(const http::Request& request, const enterprise::Uscc& uscc, const InboxQuestion& question,
                        std::string_view ledger_bytes);
  http::Problem unavailable();

  stores::DeliveriesReader& deliveries_;
  const stores::ProfileStore& profiles_;
  stores::CatalogStore& catalog_;
  CampaignTemplates templates_;
  const LinkSigner& signer_;
  Metrics& metrics_;
  std::function<domain::Instant()> now_;
  delivery::Ledger ledger_;  // reused from read to read; never used across a suspension
};

}  // namespace zhida::page
