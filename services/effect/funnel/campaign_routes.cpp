#include "effect/funnel/campaign_routes.hpp"

#include "effect/access.hpp"
#include "effect/funnel/campaign_totals.hpp"
#include "effect/funnel/funnel_json.hpp"
#include "effect/metrics/time_cut.hpp"
#include "effect/problem.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace zhida::effect_service {
namespace {

namespace asio = boost::asio;
using delivery::Hour;

std::string title_of(const stores::CatalogStore& catalog, const campaign::PinnedContent& content) {
  const auto item = catalog.item(content.id);
  const policy::ItemVersion* version = item ? item->find(content.version) : nullptr;
  return version == nullptr ? std::string() : version->content.title;
}

void write_items(json::Writer& writer, const stores::CatalogStore& catalog, const campaign::Campaign& campaign,
                 const CampaignTotals& totals) {
  writer.key("items").begin_array();
  for (const campaign::PinnedContent& content : campaign.package.contents) {
    if (content.type != policy::ContentType::item) continue;
    writer.begin_object();
    writer.field("id", content.id).field("version", content.version).field("title", title_of(catalog, content));
    const IntentCounts intents{totals.audience, totals.campaign};
    const effect::Funnel& item = totals.item(content.id);
    write_funnel(writer, intents, item, Reach{item.reached, totals.campaign.reach_base});
    writer.key("verdicts").begin_object();
    for (std::size_t i = 0; i < item.verdicts.size(); ++i)
      writer.field(domain::name_of(static_cast<delivery::Verdict>(i)), item.verdicts[i]);
    writer.end_object().end_object();
  }
  writer.end_array();
}

void write_point(json::Writer& writer, const effect::Funnel& sums) {
  const auto traffic = [&writer](std::string_view name, const effect::Traffic& counts) {
    writer.key(name).begin_object();
    writer.field("total", counts.total).field("unique", counts.unique).field("machine", counts.machine).end_object();
  };
  writer.field("decided", sums.decided).field("delivered", sums.delivered).field("reached", sums.reached);
  traffic("impressions", sums.impressions);
  traffic("clicks", sums.clicks);
  writer.field("conversions", sums.conversions);
  writer.key("benefit");
  write_benefit(writer, sums.benefit);
}

}  // namespace

std::shared_ptr<const campaign::Campaign> campaign_param(const http::Request& request, const stores::CatalogStore& catalog) {
  if (!catalog.ready()) throw http::Refused(not_readable());
  auto campaign = catalog.campaign(request.param("id"));
  if (!campaign || !may_see(request.principal->bureau, campaign->owner)) throw http::Refused(http::problems::not_found());
  return campaign;
}

void CampaignRoutes::add_to(http::Router& router) {
  router.add(http::Verb::get, "/effect/v1/campaigns/{id}/funnel", scoped_route("campaign_funnel"),
             [this](http::Request& request) { return funnel(request); });
  router.add(http::Verb::get, "/effect/v1/campaigns/{id}/series", scoped_route("campaign_series"),
             [this](http::Request& request) { return series(request); });
}

asio::awaitable<http::Response> CampaignRoutes::funnel(http::Request& request) {
  const auto campaign = campaign_param(request, catalog_);
  std::vector<WantedCampaign> wanted(1, WantedCampaign::of(*campaign));
  const auto reading = co_await read_totals(snapshots_, std::move(wanted));
  if (!reading) co_return http::respond(not_readable());
  const CampaignTotals& totals = reading->campaigns.front();

  std::string text;
  json::Writer writer(text);
  writer.begin_object();
  writer.field("campaign", campaign->id).field("title", campaign->plan.title).field("state", domain::name_of(campaign->state));
  const IntentCounts intents{totals.audience, totals.campaign};
  write_funnel(writer, intents, totals.campaign, Reach{totals.campaign.reached, totals.campaign.reach_base});
  write_items(writer, catalog_, *campaign, totals);
  write_folded_to(writer, reading->folded_to);
  write_invariants(writer, totals.broken_invariants());
  writer.end_object();
  co_return http::ok(std::move(text));
}

asio::awaitable<http::Response> CampaignRoutes::series(http::Request& request) {
  const auto campaign = campaign_param(request, catalog_);
  const Step step = step_param(request, false).value_or(Step::day);
  const TimeRange range = range_param(request);
  const auto cells = co_await deliveries_.cells(delivery::parse_campaign(campaign->id).value(), range.from, range.to);
  if (!cells) co_return http::respond(not_readable());
  std::map<Hour, effect::Funnel> points;
  for (const effect::Counters::Entry& cell : *cells)
    if (cell.key.item == 0) points[begin_of(cell.key.hour, step)].add(cell.key.measure, cell.value);

  std::string text;
  json::Writer writer(text);
  writer.begin_object();
  writer.field("campaign", campaign->id).field("step", domain::name_of(step));
  writer.key("points").begin_array();
  if (!points.empty())
    for (const Hour begin : steps_between(points.begin()->first, points.rbegin()->first, step)) {
      writer.begin_object();
      writer.field("at", format_step(begin, step));
      write_point(writer, points[begin]);
      writer.end_object();
    }
  writer.end_array().end_object();
  co_return http::ok(std::move(text));
}

}  // namespace zhida::effect_service
