#include "effect/verify/account.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <tuple>

namespace zhida::effect_service::verify {
namespace {

using delivery::Reason;
using delivery::State;
using delivery::Status;

constexpr std::uint32_t days_ids_are_remembered = 8;

/// Closed or not, and the rank inside its phase, as published.
struct Standing {
  bool closed;
  int rank;
};
Standing standing_of(State state) {
  switch (state) {
    case State::none:
      return {false, 0};
    case State::matched:
      return {false, 10};
    case State::queued:
      return {false, 20};
    case State::claimed:
      return {false, 30};
    case State::deferred:
      return {false, 35};
    case State::sent:
      return {false, 40};
    case State::temporary_failure:
      return {false, 45};
    case State::accepted:
      return {false, 50};
    case State::suppressed:
      return {true, 61};
    case State::expired:
      return {true, 62};
    case State::cancelled:
      return {true, 63};
    case State::technical_failure:
      return {true, 64};
    case State::permanent_failure:
      return {true, 65};
    case State::delivered:
      return {true, 70};
    case State::late_bounced:
      return {true, 75};
  }
  return {false, 0};
}

/// What is greater wins: closed before open, the later attempt of open ones, the rank; then the earlier time, the later end of a deferral,
/// the lower reason.
auto strength_of(const Status& status) {
  const Standing standing = standing_of(status.state);
  const std::uint32_t attempt = standing.closed ? 0 : status.attempt;
  return std::tuple(standing.closed, attempt, standing.rank, -status.at.time_since_epoch().count(), status.until.time_since_epoch().count(),
                    -static_cast<int>(status.reason));
}

/// Whether a receipt says more than the decision, which stands at attempt 0.
bool outranks(const Status& receipt, State decided) {
  const Standing one = standing_of(receipt.state), other = standing_of(decided);
  if (one.closed != other.closed) return one.closed;
  if (!one.closed && receipt.attempt != 0) return true;
  return one.rank > other.rank;
}

std::uint32_t day_of(Instant at) {
  return static_cast<std::uint32_t>(std::chrono::floor<std::chrono::days>(at).time_since_epoch().count());
}

std::uint32_t street_code(std::string_view text) {
  std::uint32_t code = 0;
  if (text.size() == 9) std::from_chars(text.data(), text.data() + text.size(), code);
  return code;
}

}  // namespace

State IntentAccount::state() const {
  if (!decided) return State::none;
  return receipt && outranks(*receipt, decided->state) ? receipt->state : decided->state;
}

Reason IntentAccount::reason() const {
  if (!decided) return Reason::none;
  return receipt && outranks(*receipt, decided->state) ? receipt->reason : decided->reason;
}

void Account::take(const contracts::IntentsHeader& header, const contracts::DecidedFact& fact, delivery::Place place) {
  place.index = fact.index;
  IntentAccount& intent = intents[{header.campaign, header.occurrence, header.channel}];
  if (intent.decided && intent.decided->place <= place) return;
  Decided decided;
  decided.place = place;
  decided.state = fact.state;
  decided.reason = fact.reason;
  decided.hour = delivery::hour_of(header.decided_at);
  decided.size = domain::from_name<delivery::SizeBand>(fact.facets.size_class).value_or(delivery::SizeBand::unknown);
  decided.street = street_code(fact.facets.street);
  decided.items.assign(fact.items.begin(), fact.items.end());
  intent.decided = std::move(decided);
}

void Account::take(const contracts::ReceiptsHeader& header, const contracts::Receipt& receipt) {
  IntentAccount& intent = intents[{header.campaign, header.occurrence, header.channel}];
  Status status;
  status.state = receipt.state;
  status.attempt = standing_of(receipt.state).closed ? 0 : receipt.attempt;
  status.reason = receipt.reason;
  status.at = header.at;
  if (receipt.until) status.until = *receipt.until;
  if (!intent.receipt || strength_of(*intent.receipt) < strength_of(status)) intent.receipt = status;
  if (receipt.state != State::delivered) return;
  const auto words_of = [](Instant at, const std::vector<std::uint16_t>& parts) { return std::tuple(at, parts.size(), parts); };
  if (intent.delivered_at && words_of(*intent.delivered_at, intent.left_out) <= words_of(header.at, receipt.left_out)) return;
  intent.delivered_at = header.at;
  intent.left_out = receipt.left_out;
}

void Account::take(const contracts::EngagementRecorded& event, Instant logged_at) {
  newest_day = std::max(newest_day, day_of(logged_at));
  std::erase_if(events, [this](const auto& known) { return known.second + days_ids_are_remembered < newest_day; });
  const std::uint32_t day = day_of(event.at);
  if (day + days_ids_are_remembered < newest_day) return;  // it may be the double of one that is forgotten
  const auto [known, fresh] = events.try_emplace(delivery::hash_of(event.id), day);
  if (!fresh) {
    known->second = std::max(known->second, day);
    return;
  }
  Tally& tally = intents[{event.campaign, event.occurrence, event.channel}].engaged[{event.part, event.type, delivery::hour_of(event.at)}];
  if (event.machine) {
    ++tally.machine;
    return;
  }
  const auto in_hour = event.at - std::chrono::floor<std::chrono::hours>(event.at);
  const int second = static_cast<int>(std::chrono::floor<std::chrono::seconds>(in_hour).count());
  if (tally.people++ == 0) tally.first_second = tally.last_second = second;
  tally.first_second = std::min(tally.first_second, second);
  tally.last_second = std::max(tally.last_second, second);
}

void Account::take(const contracts::OutcomeRecorded& outcome) {
  delivery::OutcomeFact fact;
  fact.id = delivery::hash_of(outcome.id);
  fact.item = delivery::hash_of(outcome.item);
  fact.type = outcome.type;
  fact.at = outcome.at;
  fact.amount_fen = outcome.amount_fen;
  fact.instalment = outcome.instalment.value_or(0);
  outcomes.try_emplace(fact.id, fact);  // the first record of an id counts
}

std::vector<delivery::OutcomeFact> Account::outcomes_in_time() const {
  std::vector<delivery::OutcomeFact> sorted;
  for (const auto& [_, outcome] : outcomes) sorted.push_back(outcome);
  std::ranges::stable_sort(sorted, {}, &delivery::OutcomeFact::at);  // equal times stay in order of id
  return sorted;
}

}  // namespace zhida::effect_service::verify
