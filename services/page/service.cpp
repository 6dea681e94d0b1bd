#include "page/service.hpp"

#include "page/checkup/checkup_routes.hpp"
#include "page/clicks/click_route.hpp"
#include "page/engagement_log.hpp"
#include "page/engagements/engagement_route.hpp"
#include "page/inbox/inbox_route.hpp"
#include "page/link_signer.hpp"
#include "page/metrics.hpp"
#include "page/policies/policy_routes.hpp"
#include "page/shelf.hpp"

#include <utility>

namespace zhida::page {
namespace {

using auth::Role;
using http::Verb;

const http::Access page_only = http::Access::roles({Role::page, Role::admin});
const http::Access readers = http::Access::roles({Role::page, Role::auditor, Role::admin});
const http::Access checkup_readers = http::Access::roles({Role::page, Role::operator_, Role::approver, Role::auditor, Role::admin});
const http::Access self_testers = http::Access::roles({Role::page, Role::operator_, Role::admin});

constexpr std::size_t answers_limit = 256 * 1024;
constexpr std::size_t engagements_limit = 2 * 1024 * 1024;

}  // namespace

/// The parts in the order in which they need each other.
struct Service::Parts {
  Parts(Dependencies d, Settings s)
      : metrics(d.metrics),
        signer(s.token_key, s.token_lifetime),
        shelf(d.catalog),
        engagement_log(d.log, d.profiles.partitions(), s.append_patience),
        inbox(d.deliveries, d.profiles, d.catalog, d.reference.language, signer, metrics, d.now),
        checkups(d.profiles, shelf, d.reference.language, d.now),
        policies(d.profiles, d.catalog, shelf, d.reference, d.now),
        engagements(d.catalog, d.profiles, engagement_log, metrics, d.now),
        clicks(d.catalog, engagement_log, signer, metrics, std::move(s.page_url), d.now) {}

  Metrics metrics;
  LinkSigner signer;
  Shelf shelf;
  EngagementLog engagement_log;
  InboxRoute inbox;
  CheckupRoutes checkups;
  PolicyRoutes policies;
  EngagementRoute engagements;
  ClickRoute clicks;
};

Service::Service(Dependencies dependencies, Settings settings)
    : parts_(std::make_unique<Parts>(std::move(dependencies), std::move(settings))) {}
Service::~Service() = default;

void Service::add_routes(http::Router& router) {
  Parts& parts = *parts_;
  const std::string enterprise = "/page/v1/enterprises/{uscc}";
  router.add(Verb::get, enterprise + "/inbox", {"page_inbox", page_only}, [&parts](http::Request& r) { return parts.inbox.get(r); });
  router.add(Verb::get, enterprise + "/checkup", {"page_checkup", checkup_readers},
             [&parts](http::Request& r) { return parts.checkups.all(r); });
  router.add(Verb::post, enterprise + "/checkup", http::RouteInfo("page_self_test", self_testers).limit(answers_limit),
             [&parts](http::Request& r) { return parts.checkups.answered(r); });
  router.add(Verb::get, enterprise + "/checkup/{item}", {"page_checkup_item", checkup_readers},
             [&parts](http::Request& r) { return parts.checkups.one(r); });
  router.add(Verb::get, "/page/v1/policies", {"page_policies", readers}, [&parts](http::Request& r) { return parts.policies.list(r); });
  router.add(Verb::get, "/page/v1/items/{id}", {"page_item", readers}, [&parts](http::Request& r) { return parts.policies.item(r); });
  router.add(Verb::get, "/page/v1/documents/{id}", {"page_document", readers},
             [&parts](http::Request& r) { return parts.policies.document(r); });
  router.add(Verb::post, "/page/v1/engagements", http::RouteInfo("page_engagements", page_only).limit(engagements_limit),
             [&parts](http::Request& r) { return parts.engagements.post(r); });
  router.add(Verb::get, "/c/{token}", {"click", http::Access::open()}, [&parts](http::Request& r) { return parts.clicks.get(r); });
}

}  // namespace zhida::page
