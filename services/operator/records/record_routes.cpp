#include "operator/records/record_routes.hpp"

#include "contracts/audit/audit_record.hpp"
#include "contracts/dead_letters/dead_letter.hpp"
#include "contracts/intents/fact_alone.hpp"
#include "contracts/topics.hpp"
#include "domain/delivery/intent_id.hpp"
#include "operator/access.hpp"
#include "operator/intake/enterprise_routes.hpp"
#include "operator/listing.hpp"
#include "operator/problem.hpp"
#include "operator/records/timeline_json.hpp"
#include "operator/roles.hpp"
#include "stores/log_reading.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

namespace zhida::operators {
namespace {

namespace asio = boost::asio;
using http::Verb;

http::Problem not_readable() {
  return http::problems::unavailable(std::chrono::seconds(1), "what is asked for is being folded from the log.",
                                     "所查数据正在由日志重建。");
}

/// `topic.partition.offset` or `topic.partition.offset.index`: the place of the quarantined input, fit for a path.
std::string public_id(std::string id) {
  std::ranges::replace(id, '/', '.');
  return id;
}

/// A place in the topics of all partitions: `partition:offset`.
struct Place {
  int partition = 0;
  log::Offset offset = 0;
};

/// The start for the empty cursor; nothing if the text is no place.
std::optional<Place> parse_place(std::string_view cursor) {
  Place place;
  if (cursor.empty()) return place;
  const char* const end = cursor.data() + cursor.size();
  const auto partition = std::from_chars(cursor.data(), end, place.partition);
  if (partition.ec != std::errc() || partition.ptr == end || *partition.ptr != ':') return std::nullopt;
  const auto offset = std::from_chars(partition.ptr + 1, end, place.offset);
  if (offset.ec != std::errc() || offset.ptr != end || place.partition < 0 || place.offset < 0) return std::nullopt;
  return place;
}

bool is_place(std::string_view cursor) { return parse_place(cursor).has_value(); }
bool is_campaign(std::string_view cursor) { return delivery::parse_campaign(cursor).has_value(); }

/// Whether a record under this key may be shown to a key of this scope: one that is limited sees its enterprises' records only.
bool is_covered(const stores::RegionScope& scope, std::string_view key) {
  if (!scope.limited()) return true;
  const auto uscc = enterprise::Uscc::parse(key);
  return uscc && scope.covers(*uscc);
}

void append_element(std::string& elements, std::string_view json) {
  if (!elements.empty()) elements += ',';
  elements += json;
}

}  // namespace

void RecordRoutes::add_to(http::Router& router) {
  const auto info = [](std::string name, auth::Roles roles) { return http::RouteInfo(std::move(name), http::Access::roles(roles)); };
  router.add(Verb::get, "/operator/v1/enterprises/{uscc}/timeline", info("enterprise_timeline", readers),
             [this](http::Request& request) { return timeline(request); });
  router.add(Verb::get, "/operator/v1/audit", info("list_audit", readers), [this](http::Request& request) { return audit(request); });
  router.add(Verb::get, "/operator/v1/dead-letters", info("list_dead_letters", readers),
             [this](http::Request& request) { return dead_letters(request); });
  router.add(Verb::post, "/operator/v1/dead-letters/{id}/replay", info("replay_dead_letter", authors),
             [this](http::Request& request) { return replay(request); });
}

asio::awaitable<http::Response> RecordRoutes::timeline(http::Request& request) {
  const enterprise::Uscc uscc = uscc_param(request);
  const PageRequest page = page_request(request, is_campaign);
  require_in_region(request, profiles_, uscc);
  const enterprise::Disclosure reader(profiles_.dictionary(), auth::name_of(request.principal->role));
  const int partition = enterprise::partition_of(uscc, deliveries_.partitions());
  const auto ledger = co_await deliveries_.ledger(uscc);
  if (ledger.has_error()) co_return http::respond(not_readable());

  std::string elements, last;
  std::size_t taken = 0;
  bool more = false;
  stores::Turn turn;
  for (const delivery::IntentRecord& intent : ledger->intents) {
    if (turn.over()) co_await turn.pass();
    const std::string id = delivery::format({intent.key.view(), uscc.text()});
    const auto campaign = catalog_.campaign(delivery::format_campaign(intent.key.campaign));
    if (!intent.decision || !campaign || !may_see(request.principal->bureau, campaign->owner)) continue;
    if (!page.after.empty() && intent.key.campaign <= delivery::parse_campaign(page.after).value_or(0)) continue;
    if (taken == page.limit) {
      more = true;
      break;
    }
    const delivery::Place& place = intent.decision->place;
    const std::string_view topic = place.urgent ? contracts::topics::intents_urgent : contracts::topics::intents;
    const auto batch = co_await log_.read(topic, partition, static_cast<log::Offset>(place.offset), log::ReadLimits{1, 1});
    if (batch.has_error() || batch->records.empty()) co_return http::respond(not_readable());
    // Of up to a thousand facts one is asked for.
    const auto alone = contracts::fact_alone(batch->records.front()->value, place.index);
    if (!alone) co_return http::respond(not_readable());
    const auto block = contracts::read_intents_decided(*alone);
    if (block.has_error()) co_return http::respond(not_readable());
    append_element(elements, timeline_entry(uscc, intent, *campaign, *block, reader));
    last = campaign->id;
    ++taken;
  }
  co_return http::ok(list_json(elements, more ? last : ""));
}

asio::awaitable<http::Response> RecordRoutes::audit(http::Request& request) {
  const PageRequest page = page_request(request, is_place);
  const std::string& bureau = request.principal->bureau;
  const auto range = co_await log_.range(contracts::topics::audit, 0);
  if (range.has_error()) co_return http::respond(not_readable());
  log::Offset next = std::max(range->start, parse_place(page.after)->offset);
  std::string elements;
  std::size_t taken = 0;
  while (taken < page.limit && next < range->end) {
    const auto batch = co_await log_.read(contracts::topics::audit, 0, next, log::ReadLimits{page.limit - taken, 1U << 20U});
    if (batch.has_error()) co_return http::respond(not_readable());
    for (const log::RecordPtr& record : batch->records) {
      const auto entry = contracts::audit_recorded_from_json(record->value);
      if (entry.has_error() || (bureau != coordinating_bureau && entry->bureau != bureau)) continue;
      append_element(elements, record->value);
      ++taken;
    }
    next = batch->next;
  }
  co_return http::ok(list_json(elements, next < range->end ? fmt::format("0:{}", next) : ""));
}

asio::awaitable<http::Response> RecordRoutes::dead_letters(http::Request& request) {
  const PageRequest page = page_request(request, is_place);
  Place place = *parse_place(page.after);
  const stores::RegionScope scope(profiles_, request.principal->region);
  const enterprise::Disclosure reader(profiles_.dictionary(), auth::name_of(request.principal->role));
  std::string elements;
  std::size_t taken = 0;
  for (; place.partition < deliveries_.partitions(); place = Place{place.partition + 1, 0}) {
    const auto range = co_await log_.range(contracts::topics::dead_letters, place.partition);
    if (range.has_error()) co_return http::respond(not_readable());
    place.offset = std::max(place.offset, range->start);
    while (place.offset < range->end) {
      if (taken == page.limit) co_return http::ok(list_json(elements, fmt::format("{}:{}", place.partition, place.offset)));
      const auto batch = co_await log_.read(contracts::topics::dead_letters, place.partition, place.offset,
                                            log::ReadLimits{page.limit - taken, 1U << 20U});
      if (batch.has_error()) co_return http::respond(not_readable());
      for (const log::RecordPtr& record : batch->records) {
        auto letter = contracts::read_dead_letter(record->value);
        if (letter.has_error() || !is_covered(scope, letter->key)) continue;
        // What could not be read cannot be told apart either: a profile's line may hold any value.
        const bool whole = reader.shows_everything() || letter->topic != contracts::topics::profiles;
        if (!whole) letter->value = "(withheld)";
        append_element(elements, fmt::format("{{\"id\":\"{}\",\"letter\":{}}}", public_id(letter->id()),
                                             whole ? record->value : contracts::to_json(*letter)));
        ++taken;
      }
      place.offset = batch->next;
    }
  }
  co_return http::ok(list_json(elements, ""));
}

asio::awaitable<bool> RecordRoutes::is_dead_letter(int partition, const std::string& id) {
  const auto range = co_await log_.range(contracts::topics::dead_letters, partition);
  if (range.has_error()) co_return false;
  for (log::Offset next = range->start; next < range->end;) {
    const auto batch = co_await log_.read(contracts::topics::dead_letters, partition, next);
    if (batch.has_error()) co_return false;
    for (const log::RecordPtr& record : batch->records) {
      const auto letter = contracts::read_dead_letter(record->value);
      if (letter.has_value() && public_id(letter->id()) == id) co_return true;
    }
    next = batch->next;
  }
  co_return false;
}

// The whole record is appended again as it stood: facts that were folded already are harmless when doubled.
asio::awaitable<http::Response> RecordRoutes::replay(http::Request& request) {
  const std::string& id = request.param("id");
  const std::size_t topic_end = id.find('.');
  const std::size_t partition_end = topic_end == std::string::npos ? topic_end : id.find('.', topic_end + 1);
  if (partition_end == std::string::npos) co_return http::respond(http::problems::not_found());
  int partition = -1;
  log::Offset offset = -1;
  std::from_chars(id.data() + topic_end + 1, id.data() + partition_end, partition);
  std::from_chars(id.data() + partition_end + 1, id.data() + id.size(), offset);
  const std::string topic = id.substr(0, topic_end);
  if (partition < 0 || partition >= deliveries_.partitions()) co_return http::respond(http::problems::not_found());
  const bool quarantined = co_await is_dead_letter(partition, id);
  if (!quarantined) co_return http::respond(http::problems::not_found());
  const auto batch = co_await log_.read(topic, partition, offset, log::ReadLimits{1, 1});
  if (batch.has_error() || batch->records.empty() || batch->records.front()->offset != offset)
    co_return http::respond(http::problems::not_found());

  const log::Record& original = *batch->records.front();
  if (!is_covered(stores::RegionScope(profiles_, request.principal->region), original.key))
    co_return http::respond(http::problems::not_found());
  std::vector<log::NewRecord> records(1);
  records[0].topic = topic;
  records[0].partition = partition;
  records[0].key = original.key;
  records[0].value = original.value;
  records[0].event = original.event;
  const auto appended = co_await log_.append(std::move(records));
  if (appended.has_error()) co_return http::respond(not_readable());
  co_return http::Response(http::Status::accepted,
                           fmt::format("{{\"topic\":\"{}\",\"partition\":{},\"offset\":{}}}", topic, partition, appended->front()));
}

}  // namespace zhida::operators
