#include "operator/campaigns/campaign_routes.hpp"

#include "contracts/catalog/campaign_json.hpp"
#include "domain/policy/identifier.hpp"
#include "operator/access.hpp"
#include "operator/campaigns/campaign_progress.hpp"
#include "operator/commands/decision.hpp"
#include "operator/listing.hpp"
#include "operator/roles.hpp"
#include "platform/http/conditional.hpp"
#include "platform/http/event_stream.hpp"
#include "platform/http/exchange.hpp"
#include "platform/http/problem.hpp"

#include <array>
#include <utility>
#include <variant>

namespace zhida::operators {
namespace {

namespace asio = boost::asio;
using contracts::CommandKind;
using http::Verb;

constexpr std::chrono::milliseconds progress_interval{250};

std::string with_progress(const campaign::Campaign& campaign, const std::optional<CampaignProgress>& progress) {
  std::string text;
  contracts::JsonWriter writer(text);
  writer.begin_object();
  contracts::write_members(writer, campaign);
  writer.key("progress");
  if (progress)
    writer.raw(progress->json());
  else
    writer.null();
  writer.end_object();
  return text;
}

http::Problem unavailable() {
  return http::problems::unavailable(std::chrono::seconds(1), "the counters are being folded from the log.",
                                     "统计数据正在由日志重建，请稍后重试。");
}

}  // namespace

void CampaignRoutes::add_to(http::Router& router) {
  const auto scoped = [](std::string name, auth::Roles roles) {
    return http::RouteInfo(std::move(name), http::Access::roles(roles)).scoped();
  };
  router.add(Verb::post, "/operator/v1/campaigns", http::RouteInfo("create_campaign", http::Access::roles(authors)).limit(8 * 1024 * 1024),
             [this](http::Request& request) { return create(request); });
  router.add(Verb::get, "/operator/v1/campaigns", scoped("list_campaigns", readers),
             [this](http::Request& request) -> asio::awaitable<http::Response> { co_return list(request); });
  router.add(Verb::get, "/operator/v1/campaigns/{id}", scoped("get_campaign", readers),
             [this](http::Request& request) { return get(request); });
  router.add_streaming(Verb::get, "/operator/v1/campaigns/{id}/progress", scoped("campaign_progress", readers),
                       [this](http::Exchange& exchange) { return stream_progress(exchange); });
  router.add(Verb::put, "/operator/v1/campaigns/{id}", scoped("edit_campaign", authors).limit(8 * 1024 * 1024),
             [this](http::Request& request) {
               if (!request.headers.find("If-Match")) throw http::Refused(http::problems::precondition_required());
               return change(request, CommandKind::campaign_edit);
             });
  struct Action {
    const char* word;
    CommandKind kind;
    auth::Roles roles;
  };
  static constexpr std::array actions{
      Action{"submit", CommandKind::campaign_submit, authors},   Action{"approve", CommandKind::campaign_approve, approvers},
      Action{"reject", CommandKind::campaign_reject, approvers}, Action{"launch", CommandKind::campaign_launch, authors},
      Action{"pause", CommandKind::campaign_pause, authors},     Action{"resume", CommandKind::campaign_resume, authors},
      Action{"cancel", CommandKind::campaign_cancel, authors}};
  for (const Action& action : actions)
    router.add(Verb::post, std::string("/operator/v1/campaigns/{id}/") + action.word,
               scoped(std::string(action.word) + "_campaign", action.roles),
               [this, kind = action.kind](http::Request& request) { return change(request, kind); });
}

asio::awaitable<http::Response> CampaignRoutes::create(http::Request& request) {
  http::require_content_type(request, http::json_type);
  const CommandAnswer outcome = co_await gateway_.submit(request, CommandKind::campaign_create, "");
  if (outcome.refused()) co_return refusal_response(std::get<contracts::CommandRefused>(outcome.event->outcome));
  // The event holds the first answer, whatever became of the campaign since.
  const auto& campaign = std::get<contracts::CampaignChanged>(outcome.event->outcome).campaign;
  http::Response response(http::Status::created, with_progress(campaign, CampaignProgress()));
  response.set("ETag", http::etag(campaign.revision)).set("Location", "/operator/v1/campaigns/" + campaign.id);
  if (outcome.replayed) response.set("Idempotency-Replayed", "true");
  co_return response;
}

asio::awaitable<http::Response> CampaignRoutes::change(http::Request& request, CommandKind kind) {
  const std::string id = request.param("id");
  const CommandAnswer outcome = co_await gateway_.submit(request, kind, id);
  if (outcome.refused()) co_return refusal_response(std::get<contracts::CommandRefused>(outcome.event->outcome));
  auto campaign = visible(request, id);
  http::Response response = co_await answer(request, std::move(campaign), http::Status::ok);
  if (outcome.replayed) response.set("Idempotency-Replayed", "true");
  co_return response;
}

asio::awaitable<http::Response> CampaignRoutes::get(http::Request& request) {
  auto campaign = visible(request, request.param("id"));
  if (!campaign) co_return http::respond(http::problems::not_found());
  const auto progress = co_await read_progress(deliveries_, *campaign);
  if (progress.has_error()) co_return http::respond(unavailable());
  http::Response response(http::Status::ok, with_progress(*campaign, *progress));
  response.set("ETag", http::etag(campaign->revision));
  co_return response;
}

// After a change the campaign is answered even while its counters cannot be read: the change is done.
asio::awaitable<http::Response> CampaignRoutes::answer(const http::Request&, std::shared_ptr<const campaign::Campaign> campaign,
                                                       http::Status status) {
  if (!campaign) co_return http::respond(http::problems::not_found());
  const auto progress = co_await read_progress(deliveries_, *campaign);
  std::optional<CampaignProgress> known;
  if (progress.has_value()) known = *progress;
  http::Response response(status, with_progress(*campaign, known));
  response.set("ETag", http::etag(campaign->revision));
  co_return response;
}

asio::awaitable<void> CampaignRoutes::stream_progress(http::Exchange& exchange) {
  const std::string id = exchange.request().param("id");
  if (!visible(exchange.request(), id)) {
    exchange.respond(http::respond(http::problems::not_found()));
    co_return;
  }
  http::EventStream events(exchange);
  std::string last;
  for (std::uint64_t number = 1;; ++number) {
    const auto campaign = catalog_.campaign(id);
    const auto progress = co_await read_progress(deliveries_, *campaign);
    if (progress.has_value()) {
      std::string now = "{\"state\":\"" + std::string(domain::name_of(campaign->state)) + "\",\"progress\":" + progress->json() + "}";
      if (now != last && !events.send("progress", now, std::to_string(number))) co_return;
      last = std::move(now);
      const bool counted = progress->audience.has_value() || !campaign->started_at || campaign->state == campaign::State::failed;
      if (campaign::is_terminal(campaign->state) && counted) co_return;
    }
    const bool open = co_await events.pause(progress_interval);
    if (!open) co_return;
  }
}

http::Response CampaignRoutes::list(const http::Request& request) const {
  refuse_filters(request, {"mode", "level", "topic", "kind"});
  const PageRequest page = page_request(request, policy::is_identifier);
  const std::string& bureau = request.principal->bureau;
  const auto state = choice_of<campaign::State>(request, "state");
  const std::string_view wanted_bureau = code_of(request, "bureau", reference_.bureaus), text = request.query_or("q", "");
  const auto found = stores::page_of(catalog_.campaigns(), page.after, page.limit, [&](const campaign::Campaign& campaign) {
    return may_see(bureau, campaign.owner) && (wanted_bureau.empty() || campaign.owner.includes(wanted_bureau)) &&
           (!state || *state == campaign.state) && contains(campaign.plan.title, text);
  });
  std::string elements;
  for (const auto& campaign : found.entities) {
    if (!elements.empty()) elements += ',';
    elements += entity_json(*campaign);
  }
  return http::ok(list_json(elements, found.next));
}

std::shared_ptr<const campaign::Campaign> CampaignRoutes::visible(const http::Request& request, const std::string& id) const {
  auto campaign = catalog_.campaign(id);
  return campaign && may_see(request.principal->bureau, campaign->owner) ? campaign : nullptr;
}

}  // namespace zhida::operators
