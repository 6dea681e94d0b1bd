#pragma once

#include "domain/date_time.hpp"
#include "platform/http/router.hpp"
#include "platform/log/event_log.hpp"
#include "platform/observe/metrics.hpp"
#include "stores/catalog/catalog_store.hpp"
#include "stores/deliveries/deliveries_reader.hpp"
#include "stores/profiles/profile_store.hpp"
#include "stores/reference/reference_data.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace zhida::page {

struct Settings {
  std::string token_key;                              ///< 32 secret bytes that click links are signed with
  std::chrono::seconds token_lifetime{400 * 86'400};  ///< a link is good for at least half of it
  std::string page_url;                               ///< where a package without a target leads
  std::chrono::milliseconds append_patience{2'000};   ///< for the log to take clicks and engagements
};

/// What the service works with; all of it must outlive the service and is used from its executor only.
struct Dependencies {
  log::EventLog& log;
  const stores::ReferenceData& reference;
  stores::CatalogStore& catalog;
  const stores::ProfileStore& profiles;
  stores::DeliveriesReader& deliveries;
  observe::Metrics& metrics;
  std::function<domain::Instant()> now;
};

/// The backend of the enterprise exclusive page 企业专属网页: inbox, check-ups, published policies, engagements, click links.
/// It has no tasks of its own: everything happens in its routes.
class Service {
 public:
  /// Throws std::invalid_argument for a key that is not 32 bytes.
  Service(Dependencies dependencies, Settings settings);
  ~Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  void add_routes(http::Router& router);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace zhida::page
