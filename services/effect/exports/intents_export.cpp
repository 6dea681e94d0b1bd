#include "effect/exports/intents_export.hpp"

#include "contracts/topics.hpp"
#include "domain/delivery/intent_id.hpp"
#include "effect/access.hpp"
#include "effect/formats.hpp"
#include "effect/funnel/campaign_routes.hpp"
#include "effect/on_pool.hpp"
#include "effect/problem.hpp"
#include "platform/runtime/graceful_stop.hpp"
#include "stores/deliveries/keys.hpp"
#include "stores/log_reading.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <utility>

namespace zhida::effect_service {
namespace {

namespace asio = boost::asio;
using boost::system::result;

constexpr std::size_t piece_bytes = 64U << 10U;
constexpr log::ReadLimits read_limits{64, 2U << 20U};
constexpr int patience_in_tries = 40;
constexpr const char* unreadable = "the ledgers of an export could not be read";
constexpr std::chrono::milliseconds between_tries{250};

/// The campaign at the beginning of a block, as this program writes blocks; empty if the text begins otherwise.
std::string_view leading_campaign(std::string_view json) {
  constexpr std::string_view lead = "{\"campaign\":\"";
  if (!json.starts_with(lead)) return {};
  json.remove_prefix(lead.size());
  return json.substr(0, json.find('"'));
}

/// A block of `campaign`; nothing for other records, without parsing most of them.
std::optional<contracts::IntentsDecided> block_of(const log::Record& record, delivery::CampaignNumber campaign) {
  if (record.event.type != contracts::IntentsWriter::type) return std::nullopt;
  const std::string_view lead = leading_campaign(record.value);
  if (!lead.empty() && delivery::parse_campaign(lead) != campaign) return std::nullopt;
  auto block = contracts::read_intents_decided(record.value);
  if (!block || block->header().campaign != campaign) return std::nullopt;
  return std::move(*block);
}

std::int64_t decided_in(const redis::Reply& totals, delivery::CampaignNumber campaign) {
  for (std::size_t i = 0; i + 1 < totals.items.size(); i += 2) {
    const auto key = stores::deliveries::parse_cell_field(campaign, totals.items[i].text);
    const auto sums = stores::deliveries::decode_sums(totals.items[i + 1].text);
    if (!key || !sums || key->item != 0) continue;
    for (const auto& [measure, sum] : *sums)
      if (measure == effect::Measure::decided) return sum;
  }
  return 0;
}

}  // namespace

void IntentsExport::add_to(http::Router& router) {
  router.add_streaming(http::Verb::get, "/effect/v1/campaigns/{id}/intents", scoped_route("export_intents"),
                       [this](http::Exchange& exchange) { return stream(exchange); });
}

asio::awaitable<void> IntentsExport::stream(http::Exchange& exchange) {
  const http::Request& request = exchange.request();
  const auto campaign = campaign_param(request, catalog_);
  const bool csv = wants_csv(request, {"ndjson", "csv"});
  http::Response head(http::Status::ok, "", csv ? http::csv_type : http::ndjson_type);
  head.set("Content-Disposition", "attachment; filename=\"" + campaign->id + (csv ? "-intents.csv\"" : "-intents.ndjson\""));
  if (request.verb == http::Verb::head) {
    exchange.respond(std::move(head));
    co_return;
  }
  const delivery::CampaignNumber number = delivery::parse_campaign(campaign->id).value();
  const auto spans = co_await find_spans(number);
  if (!spans) {
    exchange.respond(http::respond(not_readable()));
    co_return;
  }
  exchange.start(head);
  const View view{IntentRows(csv, enterprise::Disclosure(profiles_.dictionary(), auth::name_of(request.principal->role))),
                  stores::RegionScope(profiles_, request.principal->region)};
  std::string names;
  view.rows.add_head(names);
  if (!names.empty()) co_await exchange.write(names);
  for (const Span& span : *spans) co_await write_span(exchange, view, number, span);
}

auto IntentsExport::find_spans(delivery::CampaignNumber campaign) -> asio::awaitable<std::optional<std::vector<Span>>> {
  const SnapshotReader::Build build = [campaign](const stores::Generation&, const std::string& prefix, redis::Commands& commands) {
    commands.add("HGET", prefix + stores::deliveries::headers_key, stores::deliveries::campaign_field(campaign));
    commands.add("HGETALL", prefix + stores::deliveries::totals_key(campaign));
  };
  std::vector<Span> spans;
  for (int partition = 0; partition < snapshots_.partitions(); ++partition) {
    const result<Snapshot> snapshot = co_await snapshots_.read(partition, build);
    if (!snapshot) co_return std::nullopt;
    if (snapshot->replies[0].is_nil()) continue;
    const auto header = effect::decode_campaign_header(snapshot->replies[0].text);
    if (!header) co_return std::nullopt;
    Span span;
    span.partition = partition;
    span.topic = header->place.urgent ? contracts::topics::intents_urgent : contracts::topics::intents;
    span.from = static_cast<log::Offset>(header->place.offset);
    const auto topic = std::ranges::find(snapshots_.topics(), span.topic);
    span.to = snapshot->generation.at.next[static_cast<std::size_t>(topic - snapshots_.topics().begin())];
    span.intents = decided_in(snapshot->replies[1], campaign);
    spans.push_back(span);
  }
  co_return spans;
}

asio::awaitable<void> IntentsExport::write_span(http::Exchange& exchange, const View& view, delivery::CampaignNumber campaign, Span span) {
  while (span.from < span.to && span.intents > 0) {
    const result<log::Batch> batch = co_await log_.read(span.topic, span.partition, span.from, read_limits);
    if (!batch) throw boost::system::system_error(batch.error());
    if (batch->next <= span.from) co_return;
    for (const log::RecordPtr& record : batch->records) {
      if (record->offset >= span.to) co_return;
      auto read = [&record, campaign] { return block_of(*record, campaign); };
      const std::optional<contracts::IntentsDecided> block = co_await on_pool(pool_, read);
      if (!block) continue;
      delivery::Place place;
      place.urgent = span.topic == contracts::topics::intents_urgent;
      place.offset = static_cast<std::uint64_t>(record->offset);
      span.intents -= co_await write_block(exchange, view, *block, place, span.partition);
    }
    span.from = batch->next;
  }
}

asio::awaitable<std::int64_t> IntentsExport::write_block(http::Exchange& exchange, const View& view, const contracts::IntentsDecided& block,
                                                         delivery::Place place, int partition) {
  const stores::StoredLedgers ledgers = co_await ledgers_of(block, partition);
  delivery::Ledger ledger;
  std::string piece;
  std::int64_t written = 0;
  stores::Turn turn;
  for (std::size_t i = 0; i < block.facts().size(); ++i) {
    const contracts::DecidedFact& fact = block.facts()[i];
    if (!ledgers.read(i, ledger)) throw std::runtime_error(unreadable);
    const delivery::IntentRecord* intent = ledger.find(block.header().key());
    place.index = fact.index;
    // A doubled decision is no intent of its own.
    if (intent == nullptr || !intent->decision || intent->decision->place != place) continue;
    ++written;
    if (!view.scope.covers(fact.uscc)) continue;
    view.rows.add(piece, block, fact, *intent);
    if (piece.size() >= piece_bytes) {
      co_await exchange.write(piece);
      piece.clear();
    }
    if (turn.over()) co_await turn.pass();
  }
  if (!piece.empty()) co_await exchange.write(piece);
  co_return written;
}

asio::awaitable<stores::StoredLedgers> IntentsExport::ledgers_of(const contracts::IntentsDecided& block, int partition) {
  std::vector<enterprise::Uscc> usccs;
  usccs.reserve(block.facts().size());
  for (const contracts::DecidedFact& fact : block.facts()) usccs.push_back(fact.uscc);
  for (int attempt = 0; attempt < patience_in_tries; ++attempt) {
    auto ledgers = co_await deliveries_.ledgers(partition, usccs);
    if (ledgers) co_return std::move(*ledgers);
    if (co_await runtime::stop_requested()) break;
    asio::steady_timer timer(co_await asio::this_coro::executor, between_tries);
    co_await timer.async_wait(asio::use_awaitable);
  }
  throw std::runtime_error(unreadable);
}

}  // namespace zhida::effect_service
