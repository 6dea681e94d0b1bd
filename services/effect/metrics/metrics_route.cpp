#include "effect/metrics/metrics_route.hpp"

#include "effect/access.hpp"
#include "effect/csv.hpp"
#include "effect/formats.hpp"
#include "effect/funnel/funnel_json.hpp"
#include "effect/problem.hpp"
#include "platform/http/parameters.hpp"
#include "stores/deliveries/keys.hpp"
#include "stores/log_reading.hpp"

#include <algorithm>
#include <span>
#include <utility>

namespace zhida::effect_service {
namespace {

namespace asio = boost::asio;
using boost::system::result;
using delivery::Hour;

constexpr std::size_t campaigns_at_once = 200;  // what Redis reads within a millisecond or two

MetricsQuery read_query(const http::Request& request) {
  MetricsQuery query;
  const std::string_view name = request.query_or("measure", "");
  auto measure = known_measure(name);
  if (!measure)
    http::refuse_parameter("measure", "unknown", "measure must be one of " + measure_names() + ".",
                           "measure应为以下之一：" + measure_names() + "。");
  query.measure = std::move(*measure);
  const auto by = domain::from_name<Dimension>(request.query_or("by", ""));
  if (!by)
    http::refuse_parameter("by", "unknown", "by must be one of " + domain::all_names<Dimension>() + ".",
                           "by应为以下之一：" + domain::all_names<Dimension>() + "。");
  query.by = *by;
  query.range = range_param(request);
  query.step = step_param(request, true);
  if (query.needs_cells() && !query.measure.in_time)
    http::refuse_parameter("measure", "not_in_time", "states and reasons change: they are not kept by time, size or street.",
                           "状态与原因随时变化，不按时间、规模、街镇统计。");
  return query;
}

void write_value(json::Writer& writer, const MetricsQuery& query, const MetricsCell& cell) {
  const auto ratio = cell.ratio();
  if (cell.hidden)
    writer.null_field("value").field("suppressed", true);
  else if (query.measure.unit == Unit::count)
    writer.field("value", cell.sum);
  else if (query.measure.unit == Unit::yuan)
    writer.field("value", yuan_of(cell.sum)).field("value_fen", cell.sum);
  else if (ratio)
    writer.field("value", *ratio);
  else
    writer.null_field("value");
}

std::string csv_value(const MetricsQuery& query, const MetricsCell& cell) {
  if (cell.hidden) return {};
  if (query.measure.unit == Unit::count) return std::to_string(cell.sum);
  if (query.measure.unit == Unit::yuan) return std::to_string(yuan_of(cell.sum));
  std::string text;
  const auto ratio = cell.ratio();
  if (ratio) json::Writer(text).value(*ratio);
  return text;
}

MetricsCell cell_at(const MetricsTable::Row& row, Hour hour) {
  const auto found = row.find(hour);
  return found == row.end() ? MetricsCell() : found->second;
}

}  // namespace

void MetricsRoute::add_to(http::Router& router) {
  router.add(http::Verb::get, "/effect/v1/metrics", http::RouteInfo("metrics_by_dimension", http::Access::roles(measurers)),
             [this](http::Request& request) { return metrics(request); });
}

asio::awaitable<http::Response> MetricsRoute::metrics(http::Request& request) {
  MetricsTable table(read_query(request));
  const bool csv = wants_csv(request, {"json", "csv"});
  if (!catalog_.ready()) co_return http::respond(not_readable());
  const Numbered campaigns = visible_campaigns(request.principal->bureau);
  bool good = false;
  if (table.query().needs_cells())
    good = co_await add_cells(table, campaigns);
  else
    good = co_await add_totals(table, campaigns);
  if (!good) co_return http::respond(not_readable());
  if (table.query().cuts_facets()) table.hide_small();
  if (csv) co_return http::Response(http::Status::ok, as_csv(table), http::csv_type);
  co_return http::ok(as_json(table));
}

asio::awaitable<bool> MetricsRoute::add_totals(MetricsTable& table, const Numbered& campaigns) {
  for (std::size_t begin = 0; begin < campaigns.size(); begin += campaigns_at_once) {
    const std::span some = std::span(campaigns).subspan(begin, std::min(campaigns_at_once, campaigns.size() - begin));
    const SnapshotReader::Build build = [&some](const stores::Generation&, const std::string& prefix, redis::Commands& commands) {
      for (const auto& [number, _] : some) commands.add("HGETALL", prefix + stores::deliveries::totals_key(number));
    };
    for (int partition = 0; partition < snapshots_.partitions(); ++partition) {
      const result<Snapshot> snapshot = co_await snapshots_.read(partition, build);
      if (!snapshot) co_return false;
      for (std::size_t i = 0; i < some.size(); ++i) {
        const std::vector<redis::Reply>& fields = snapshot->replies[i].items;
        for (std::size_t k = 0; k + 1 < fields.size(); k += 2) {
          const auto key = stores::deliveries::parse_cell_field(some[i].first, fields[k].text);
          const auto sums = stores::deliveries::decode_sums(fields[k + 1].text);
          if (!key || !sums) co_return false;
          effect::Counters::Entry entry{*key, 0};
          for (const auto& [measure, sum] : *sums) {
            entry.key.measure = measure;
            entry.value = sum;
            table.add(some[i].second, entry);
          }
        }
      }
    }
  }
  co_return true;
}

asio::awaitable<bool> MetricsRoute::add_cells(MetricsTable& table, const Numbered& campaigns) {
  stores::Turn turn;
  for (const auto& [number, facets] : campaigns) {
    const auto cells = co_await deliveries_.cells(number, table.query().range.from, table.query().range.to);
    if (!cells) co_return false;
    for (const effect::Counters::Entry& cell : *cells) {
      table.add(facets, cell);
      if (turn.over()) co_await turn.pass();
    }
  }
  co_return true;
}

auto MetricsRoute::visible_campaigns(std::string_view bureau) const -> Numbered {
  Numbered visible;
  for (const auto& [id, campaign] : catalog_.campaigns())
    if (may_see(bureau, campaign->owner) && campaign->started_at)
      visible.emplace_back(delivery::parse_campaign(id).value(), facets_of(*campaign));
  return visible;
}

CampaignFacets MetricsRoute::facets_of(const campaign::Campaign& campaign) const {
  CampaignFacets facets;
  facets.id = campaign.id;
  facets.bureau = campaign.owner.bureau;
  facets.channel = campaign.plan.channels.front();
  for (const campaign::PinnedContent& content : campaign.package.contents) {
    if (content.type != policy::ContentType::item) continue;
    CampaignFacets::Item facet;
    facet.id = content.id;
    const auto item = catalog_.item(content.id);
    const policy::ItemVersion* version = item ? item->find(content.version) : nullptr;
    const auto document = version != nullptr && version->content.document ? catalog_.document(*version->content.document) : nullptr;
    facet.level = document ? domain::name_of(document->level) : "none";
    if (document) facet.topics = document->topics;
    if (facet.topics.empty()) facet.topics.emplace_back("none");
    facets.items.emplace(delivery::hash_of(content.id), std::move(facet));
  }
  return facets;
}

std::string MetricsRoute::label_of(Dimension by, const std::string& key) const {
  switch (by) {
    case Dimension::campaign:
      if (const auto campaign = catalog_.campaign(key)) return campaign->plan.title;
      break;
    case Dimension::item:
      if (const auto item = catalog_.item(key); item && item->latest() != nullptr) return item->latest()->content.title;
      break;
    case Dimension::bureau:
      if (const auto bureau = reference_.bureaus.find(key); bureau != reference_.bureaus.end()) return bureau->second.name_zh;
      break;
    case Dimension::topic:
      if (const auto topic = reference_.topics.find(key); topic != reference_.topics.end()) return topic->second.label_zh;
      break;
    case Dimension::street:
      if (const auto* region = reference_.regions.find(key)) return region->name_zh;
      break;
    case Dimension::level:
    case Dimension::channel:
    case Dimension::size_class:
      break;
  }
  return key;
}

std::string MetricsRoute::as_json(const MetricsTable& table) const {
  const MetricsQuery& query = table.query();
  const std::vector<Hour> steps = table.steps();
  std::string text;
  json::Writer writer(text);
  writer.begin_object();
  writer.field("measure", query.measure.name).field("by", domain::name_of(query.by)).field("unit", domain::name_of(query.measure.unit));
  if (query.step)
    writer.field("step", domain::name_of(*query.step));
  else
    writer.null_field("step");
  writer.key("rows").begin_array();
  for (const auto& [key, row] : table.rows()) {
    writer.begin_object();
    writer.field("key", key).field("label", label_of(query.by, key));
    if (query.step) {
      writer.key("points").begin_array();
      for (const Hour hour : steps) {
        writer.begin_object();
        writer.field("at", format_step(hour, *query.step));
        write_value(writer, query, cell_at(row, hour));
        writer.end_object();
      }
      writer.end_array();
    } else {
      write_value(writer, query, cell_at(row, 0));
    }
    writer.end_object();
  }
  writer.end_array().end_object();
  return text;
}

std::string MetricsRoute::as_csv(const MetricsTable& table) const {
  const MetricsQuery& query = table.query();
  const std::vector<Hour> steps = table.steps();
  std::string text;
  CsvWriter csv(text);
  csv.text(domain::name_of(query.by)).text("label");
  if (query.step) csv.text("at");
  csv.text(query.measure.name).text("suppressed").end_row();
  for (const auto& [key, row] : table.rows())
    for (const Hour hour : steps) {
      const MetricsCell cell = cell_at(row, hour);
      csv.text(key).text(label_of(query.by, key));
      if (query.step) csv.raw(format_step(hour, *query.step));
      csv.raw(csv_value(query, cell)).raw(cell.hidden ? "true" : "false").end_row();
    }
  return text;
}

}  // namespace zhida::effect_service
