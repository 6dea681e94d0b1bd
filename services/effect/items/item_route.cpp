#include "effect/items/item_route.hpp"

#include "effect/access.hpp"
#include "effect/funnel/campaign_totals.hpp"
#include "effect/funnel/funnel_json.hpp"
#include "effect/items/item_coverage.hpp"
#include "effect/problem.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace zhida::effect_service {
namespace {

namespace asio = boost::asio;

/// Number of the item in the campaign's package, from 1; 0 if it is not in it.
std::uint16_t place_in(const campaign::Campaign& campaign, std::string_view item) {
  std::uint16_t place = 0;
  for (const campaign::PinnedContent& content : campaign.package.contents) {
    if (content.type != policy::ContentType::item) continue;
    ++place;
    if (content.id == item) return place;
  }
  return 0;
}

void add_counts(effect::Funnel& to, const effect::Funnel& intents) {
  to.decided += intents.decided;
  to.enterprises += intents.enterprises;
  to.reach_base += intents.reach_base;
  for (std::size_t i = 0; i < to.by_state.size(); ++i) to.by_state[i] += intents.by_state[i];
  for (std::size_t i = 0; i < to.by_reason.size(); ++i) to.by_reason[i] += intents.by_reason[i];
}

void add_traffic(effect::Traffic& to, const effect::Traffic& more) {
  to.total += more.total;
  to.unique += more.unique;
  to.machine += more.machine;
}

/// What is counted per (campaign, enterprise), and so adds up over campaigns.
void add_per_campaign(effect::Funnel& to, const effect::Funnel& item) {
  to.delivered += item.delivered;
  add_traffic(to.impressions, item.impressions);
  add_traffic(to.clicks, item.clicks);
  to.clicked_and_shown += item.clicked_and_shown;
  to.conversions += item.conversions;
  for (std::size_t i = 0; i < to.enterprises_by_engagement.size(); ++i)
    to.enterprises_by_engagement[i] += item.enterprises_by_engagement[i];
}

void write_coverage(json::Writer& writer, const ItemCoverage& coverage) {
  writer.key("coverage").begin_object();
  writer.field("eligible", coverage.eligible).field("reached", coverage.reached);
  writer.key("not_reached").begin_object();
  for (const auto& [reason, count] : coverage.not_reached) writer.field(reason, count);
  writer.end_object();
  writer.field("not_pushed", coverage.not_pushed).field("manual", coverage.manual).field("unknown", coverage.unknown);
  writer.end_object();
}

}  // namespace

void ItemRoute::add_to(http::Router& router) {
  router.add(http::Verb::get, "/effect/v1/items/{id}", scoped_route("item_effect"),
             [this](http::Request& request) { return item(request); });
}

asio::awaitable<http::Response> ItemRoute::item(http::Request& request) {
  if (!catalog_.ready() || !profiles_.ready()) co_return http::respond(not_readable());
  const auto item = catalog_.item(request.param("id"));
  if (!item || !may_see(request.principal->bureau, item->owner)) co_return http::respond(http::problems::not_found());

  std::vector<WantedCampaign> wanted(1);
  ItemPlaces places;
  for (const auto& [id, campaign] : catalog_.campaigns()) {
    const std::uint16_t place = place_in(*campaign, item->id);
    if (place == 0) continue;
    wanted.push_back(WantedCampaign::of(*campaign));
    places.emplace(wanted.back().number, place);
  }
  const auto reading = co_await read_totals(snapshots_, std::move(wanted));
  if (!reading) co_return http::respond(not_readable());

  // Reached enterprises and their benefits count once, whatever the number of campaigns; the rest adds up.
  effect::Funnel intents, funnel = reading->campaigns.front().item(item->id);
  std::optional<std::int64_t> audience = 0;
  std::vector<std::string> broken;
  for (std::size_t i = 1; i < reading->campaigns.size(); ++i) {
    const CampaignTotals& totals = reading->campaigns[i];
    if (totals.campaign.decided == 0 && !totals.audience) continue;  // never started
    add_counts(intents, totals.campaign);
    add_per_campaign(funnel, totals.item(item->id));
    audience = audience && totals.audience ? std::optional(*audience + *totals.audience) : std::nullopt;
    for (std::string& sentence : totals.broken_invariants()) broken.push_back(std::move(sentence));
  }

  const policy::ItemVersion* version = item->latest();
  std::optional<ItemCoverage> coverage;
  if (version != nullptr) {
    const auto compiled = catalog_.compiled(item->id, version->version);
    if (compiled) {
      const domain::Date today = domain::date_of(now_());
      auto measured = co_await measure_coverage(profiles_, deliveries_, *compiled, today, places);
      if (!measured) co_return http::respond(not_readable());
      coverage = std::move(*measured);
    }
  }

  std::string text;
  json::Writer writer(text);
  writer.begin_object();
  writer.field("id", item->id).field("state", domain::name_of(item->state()));
  if (version != nullptr)
    writer.field("version", version->version).field("title", version->content.title);
  else
    writer.null_field("version").null_field("title");
  writer.field("campaigns", places.size());
  const IntentCounts counts{audience, intents};
  Reach reach;
  if (coverage) {
    reach = {coverage->reached, coverage->eligible};
    funnel.reached = coverage->reached;
  }
  write_funnel(writer, counts, funnel, reach);
  if (coverage)
    write_coverage(writer, *coverage);
  else
    writer.null_field("coverage");
  write_folded_to(writer, reading->folded_to);
  write_invariants(writer, broken);
  writer.end_object();
  co_return http::ok(std::move(text));
}

}  // namespace zhida::effect_service
