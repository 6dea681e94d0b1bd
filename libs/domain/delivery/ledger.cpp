#include "domain/delivery/ledger.hpp"

#include <xxhash.h>

#include <algorithm>
#include <tuple>

namespace zhida::delivery {
namespace {

constexpr std::uint32_t days_remembered = 8;

std::uint32_t day_of(Instant at) {
  return static_cast<std::uint32_t>(std::chrono::floor<std::chrono::days>(at.time_since_epoch()).count());
}

auto position_of(const std::vector<IntentRecord>& intents, IntentKeyView key) {
  return std::lower_bound(intents.begin(), intents.end(), key, [](const IntentRecord& a, IntentKeyView b) { return a.key.view() < b; });
}

IntentRecord& record_of(Ledger& ledger, IntentKeyView key) {
  const auto found = position_of(ledger.intents, key);
  const auto index = found - ledger.intents.begin();
  if (found != ledger.intents.end() && found->key.view() == key) return ledger.intents[static_cast<std::size_t>(index)];
  IntentRecord record;
  record.key = IntentKey(key);
  return *ledger.intents.insert(ledger.intents.begin() + index, std::move(record));
}

auto order_of(const EngagedHour& engaged) { return std::tuple(engaged.part, engaged.type, engaged.hour); }

void count(IntentRecord& record, const EngagementFact& fact) {
  EngagedHour wanted;
  wanted.part = fact.part;
  wanted.type = fact.type;
  wanted.hour = hour_of(fact.at);
  auto at = std::lower_bound(record.engaged.begin(), record.engaged.end(), wanted,
                             [](const EngagedHour& a, const EngagedHour& b) { return order_of(a) < order_of(b); });
  if (at == record.engaged.end() || order_of(*at) != order_of(wanted)) at = record.engaged.insert(at, wanted);
  if (fact.machine) {
    ++at->machine;
    return;
  }
  const auto in_hour = fact.at.time_since_epoch() % std::chrono::hours(1);
  const auto second = static_cast<std::uint16_t>(std::chrono::floor<std::chrono::seconds>(in_hour).count());
  at->first_second = at->people == 0 ? second : std::min(at->first_second, second);
  at->last_second = at->people == 0 ? second : std::max(at->last_second, second);
  ++at->people;
}

/// The first delivery stands, with what it left out; of two at the same time the one that left out less, then the lower parts.
bool is_earlier_delivery(const IntentRecord& record, const ReceiptFact& fact) {
  if (!record.delivered_at || fact.status.at != *record.delivered_at) return !record.delivered_at || fact.status.at < *record.delivered_at;
  if (fact.left_out.size() != record.left_out.size()) return fact.left_out.size() < record.left_out.size();
  return std::lexicographical_compare(fact.left_out.begin(), fact.left_out.end(), record.left_out.begin(), record.left_out.end());
}

void include(Engaged& sum, const EngagedHour& engaged) {
  sum.people += engaged.people;
  sum.machine += engaged.machine;
  if (engaged.people == 0) return;
  const Instant hour{std::chrono::hours(engaged.hour)};
  const Instant first = hour + std::chrono::seconds(engaged.first_second);
  const Instant last = hour + std::chrono::seconds(engaged.last_second);
  if (!sum.first || first < *sum.first) sum.first = first;
  if (!sum.last || last > *sum.last) sum.last = last;
}

}  // namespace

std::uint64_t hash_of(std::string_view id) {
  const auto hash = XXH3_64bits(id.data(), id.size());
  return hash == 0 ? 1 : hash;
}

Status IntentRecord::status() const {
  if (!decision) return {};
  const Status decided{decision->state, 0, decision->reason, Instant(std::chrono::hours(decision->hour)), {}};
  // Of two suppressions the decision's reason stands: the receipt can only come from a doubled decision.
  if (receipt.state == decided.state && (is_closed(receipt.state) || receipt.attempt == 0)) return decided;
  return weaker(decided, receipt) ? receipt : decided;
}

bool IntentRecord::leaves_out(std::uint16_t part) const { return std::binary_search(left_out.begin(), left_out.end(), part); }

Engaged IntentRecord::engagement(std::uint16_t part, EngagementType type) const {
  Engaged sum;
  for (const EngagedHour& hour : engaged)
    if (hour.part == part && hour.type == type) include(sum, hour);
  return sum;
}

Engaged IntentRecord::engagement(EngagementType type) const {
  Engaged sum;
  for (const EngagedHour& hour : engaged)
    if (hour.type == type) include(sum, hour);
  return sum;
}

const IntentRecord* Ledger::find(IntentKeyView key) const {
  const auto found = position_of(intents, key);
  return found != intents.end() && found->key.view() == key ? &*found : nullptr;
}

bool apply(Ledger& ledger, const IntentFact& fact) {
  IntentRecord& record = record_of(ledger, fact.key);
  if (record.decision && record.decision->place <= fact.place) return false;
  if (!record.decision) record.decision.emplace();
  Decision& decision = *record.decision;
  decision.place = fact.place;
  decision.state = fact.state;
  decision.reason = fact.reason;
  decision.hour = hour_of(fact.decided_at);
  decision.size = fact.size;
  decision.street = fact.street;
  decision.items.assign(fact.items.begin(), fact.items.end());
  return true;
}

bool apply(Ledger& ledger, const ReceiptFact& fact) {
  IntentRecord& record = record_of(ledger, fact.key);
  Status status = fact.status;
  if (is_closed(status.state)) status.attempt = 0;
  if (status.state != State::deferred) status.until = {};
  bool changed = false;
  if (status.state == State::delivered && is_earlier_delivery(record, fact)) {
    record.delivered_at = status.at;
    record.left_out.assign(fact.left_out.begin(), fact.left_out.end());
    changed = true;
  }
  if (weaker(record.receipt, status)) {
    record.receipt = status;
    changed = true;
  }
  return changed;
}

bool apply(Ledger& ledger, const EngagementFact& fact) {
  const std::uint32_t newest = std::max(ledger.logged_day, day_of(fact.logged_at));
  bool changed = newest != ledger.logged_day;
  ledger.logged_day = newest;
  const auto forgotten = std::find_if(ledger.seen.begin(), ledger.seen.end(),
                                      [newest](const SeenEvent& event) { return event.day + days_remembered >= newest; });
  changed = changed || forgotten != ledger.seen.begin();
  ledger.seen.erase(ledger.seen.begin(), forgotten);

  const SeenEvent event{day_of(fact.at), fact.event};
  if (event.day + days_remembered < newest) return changed;
  // By id alone: a double with another date is still the same event. The later date stays, so that neither of them can be forgotten too
  // early.
  const auto known =
      std::find_if(ledger.seen.begin(), ledger.seen.end(), [&](const SeenEvent& other) { return other.event == event.event; });
  if (known != ledger.seen.end()) {
    if (known->day >= event.day) return changed;
    ledger.seen.erase(known);
    ledger.seen.insert(std::lower_bound(ledger.seen.begin(), ledger.seen.end(), event), event);
    return true;
  }
  ledger.seen.insert(std::lower_bound(ledger.seen.begin(), ledger.seen.end(), event), event);
  count(record_of(ledger, fact.key), fact);
  return true;
}

bool apply(Ledger& ledger, const OutcomeFact& fact) {
  if (std::any_of(ledger.outcomes.begin(), ledger.outcomes.end(), [&](const OutcomeFact& known) { return known.id == fact.id; }))
    return false;
  const auto before = [](const OutcomeFact& a, const OutcomeFact& b) { return std::tie(a.at, a.id) < std::tie(b.at, b.id); };
  ledger.outcomes.insert(std::upper_bound(ledger.outcomes.begin(), ledger.outcomes.end(), fact, before), fact);
  return true;
}

}  // namespace zhida::delivery
