#pragma once

#include "contracts/engagements/engagement_recorded.hpp"
#include "domain/date_time.hpp"
#include "domain/page/click_limit.hpp"
#include "page/engagement_log.hpp"
#include "page/link_signer.hpp"
#include "page/metrics.hpp"
#include "platform/http/request.hpp"
#include "platform/http/response.hpp"
#include "stores/catalog/catalog_store.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace zhida::page {

/// Click links `/c/<token>`: recorded, then on to the target that the campaign registered; open to anybody.
class ClickRoute {
 public:
  /// `page_url`: where the link of a package leads that has no target.
  ClickRoute(stores::CatalogStore& catalog, EngagementLog& log, const LinkSigner& signer, Metrics& metrics, std::string page_url,
             std::function<domain::Instant()> now)
      : catalog_(catalog), log_(log), signer_(signer), metrics_(metrics), page_url_(std::move(page_url)), now_(std::move(now)) {}

  /// 302, also beyond the ClickLimit, where nothing is recorded any more; 404 and 410 with a plain page for what is no link of ours, or no
  /// more. HEAD is answered alike and records nothing. A click that the log does not take is counted as lost and redirected: who clicks
  /// wants the policy.
  boost::asio::awaitable<http::Response> get(http::Request& request);

 private:
  struct Target {
    std::string url;
    std::optional<std::string> item;
    std::uint16_t part = 0;
  };
  std::optional<Target> target_of(const ClickToken& token) const;
  boost::asio::awaitable<void> record(const http::Request& request, const ClickToken& token, const Target& target,
                                      std::optional<contracts::MachineMark> machine, domain::Instant now);

  stores::CatalogStore& catalog_;
  EngagementLog& log_;
  const LinkSigner& signer_;
  Metrics& metrics_;
  ClickLimit people_, machines_;  // apart: a scanner must not use up what people may
  std::string page_url_;
  std::function<domain::Instant()> now_;
};

}  // namespace zhida::page
