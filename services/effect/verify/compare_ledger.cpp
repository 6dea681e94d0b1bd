#include "effect/verify/compare_ledger.hpp"

#include "domain/delivery/intent_id.hpp"

#include <map>
#include <optional>
#include <utility>

namespace zhida::effect_service::verify {
namespace {

using delivery::Instant;

std::string text_of(const std::vector<std::uint16_t>& parts) {
  std::string text = "parts";
  for (const std::uint16_t part : parts) text += ' ' + std::to_string(part);
  return text;
}

std::string text_of(std::optional<Instant> at) { return at ? domain::format_instant(*at) : std::string(); }
std::string text_of(std::optional<std::int64_t> amount) { return amount ? std::to_string(*amount) : std::string("unknown"); }

std::string text_of(const delivery::Place& place) {
  return std::string(place.urgent ? "intents-urgent/" : "intents/") + std::to_string(place.offset) + "/" + std::to_string(place.index);
}

std::string text_of(const delivery::Status& status) {
  std::string text(domain::name_of(status.state));
  if (status.attempt != 0) text += " attempt " + std::to_string(status.attempt);
  if (status.reason != delivery::Reason::none) text.append(" ").append(domain::name_of(status.reason));
  text += " at " + domain::format_instant(status.at);
  if (status.until != Instant{}) text += " until " + domain::format_instant(status.until);
  return text;
}

std::string text_of(const delivery::OutcomeFact& outcome) {
  std::string text(domain::name_of(outcome.type));
  text += " at " + domain::format_instant(outcome.at) + " item " + std::to_string(outcome.item);
  return text + " fen " + text_of(outcome.amount_fen) + " instalment " + std::to_string(outcome.instalment);
}

std::string text_of(const Tally& tally) {
  std::string text = std::to_string(tally.people) + " people, " + std::to_string(tally.machine) + " machine";
  if (tally.people != 0) text += ", seconds " + std::to_string(tally.first_second) + " to " + std::to_string(tally.last_second);
  return text;
}

/// Equal things in equal words: compares maps of texts.
using Words = std::map<std::string, std::string>;

template <class Decision>
void describe_decision(Words& words, const std::string& intent, const Decision& decision) {
  words[intent + " place"] = text_of(decision.place);
  words[intent + " decision"] = std::string(domain::name_of(decision.state)).append(" ").append(domain::name_of(decision.reason));
  words[intent + " decided in hour"] = std::to_string(decision.hour);
  words[intent + " size"] = domain::name_of(decision.size);
  words[intent + " street"] = std::to_string(decision.street);
  for (std::size_t i = 0; i < decision.items.size(); ++i) {
    const delivery::ItemDecision& item = decision.items[i];
    words[intent + " item " + std::to_string(i + 1)] =
        std::string(domain::name_of(item.verdict)).append(" ").append(domain::name_of(item.window)) + " benefit " + text_of(item.benefit);
  }
}

std::string span_name(const std::string& intent, std::uint16_t part, delivery::EngagementType type, delivery::Hour hour) {
  return intent + " part " + std::to_string(part) + " " + std::string(domain::name_of(type)) + " in hour " + std::to_string(hour);
}

void describe_outcome(Words& words, const delivery::OutcomeFact& outcome) {
  words["outcome " + std::to_string(outcome.id)] = text_of(outcome);
}

Words describe(const enterprise::Uscc& uscc, const Account& account) {
  Words words;
  for (const auto& [name, intent] : account.intents) {
    const std::string id = delivery::format({{name.campaign, name.occurrence, name.channel}, uscc.text()});
    words[id] = "known";
    if (intent.decided) describe_decision(words, id, *intent.decided);
    if (intent.receipt) words[id + " receipt"] = text_of(*intent.receipt);
    if (intent.delivered_at) words[id + " delivered at"] = text_of(intent.delivered_at);
    if (!intent.left_out.empty()) words[id + " left out"] = text_of(intent.left_out);
    if (intent.decided) words[id + " state"] = domain::name_of(intent.state());
    for (const auto& [span, tally] : intent.engaged) words[span_name(id, span.part, span.type, span.hour)] = text_of(tally);
  }
  for (const auto& [_, outcome] : account.outcomes) describe_outcome(words, outcome);
  for (const auto& [event, day] : account.events) words["event " + std::to_string(event)] = "day " + std::to_string(day);
  if (account.newest_day != 0) words["newest engagement"] = "day " + std::to_string(account.newest_day);
  return words;
}

Words describe(const enterprise::Uscc& uscc, const delivery::Ledger& ledger) {
  Words words;
  for (const delivery::IntentRecord& intent : ledger.intents) {
    const std::string id = delivery::format({intent.key.view(), uscc.text()});
    words[id] = "known";
    if (intent.decision) describe_decision(words, id, *intent.decision);
    if (intent.receipt.state != delivery::State::none) words[id + " receipt"] = text_of(intent.receipt);
    if (intent.delivered_at) words[id + " delivered at"] = text_of(intent.delivered_at);
    if (!intent.left_out.empty()) words[id + " left out"] = text_of(intent.left_out);
    if (intent.decision) words[id + " state"] = domain::name_of(intent.status().state);
    for (const delivery::EngagedHour& hour : intent.engaged)
      words[span_name(id, hour.part, hour.type, hour.hour)] =
          text_of(Tally{hour.people, hour.machine, hour.first_second, hour.last_second});
  }
  for (const delivery::OutcomeFact& outcome : ledger.outcomes) describe_outcome(words, outcome);
  for (const delivery::SeenEvent& event : ledger.seen) words["event " + std::to_string(event.event)] = "day " + std::to_string(event.day);
  if (ledger.logged_day != 0) words["newest engagement"] = "day " + std::to_string(ledger.logged_day);
  return words;
}

// Looking before describing: nearly all ledgers are equal, and words are slow.

bool same(const Decided& expected, const delivery::Decision& served) {
  return expected.place == served.place && expected.state == served.state && expected.reason == served.reason &&
         expected.hour == served.hour && expected.size == served.size && expected.street == served.street && expected.items == served.items;
}

bool same(const IntentAccount& expected, const delivery::IntentRecord& served) {
  if (expected.decided.has_value() != served.decision.has_value()) return false;
  if (expected.decided && (!same(*expected.decided, *served.decision) || expected.state() != served.status().state ||
                           expected.reason() != served.status().reason))
    return false;
  if (expected.receipt.value_or(delivery::Status()) != served.receipt || expected.delivered_at != served.delivered_at ||
      expected.left_out != served.left_out)
    return false;
  if (expected.engaged.size() != served.engaged.size()) return false;
  auto hour = served.engaged.begin();
  for (const auto& [span, tally] : expected.engaged) {
    if (span.part != hour->part || span.type != hour->type || span.hour != hour->hour || tally.people != hour->people ||
        tally.machine != hour->machine || tally.first_second != hour->first_second || tally.last_second != hour->last_second)
      return false;
    ++hour;
  }
  return true;
}

bool same(const Account& expected, const delivery::Ledger& served) {
  if (expected.intents.size() != served.intents.size() || expected.outcomes.size() != served.outcomes.size() ||
      expected.events.size() != served.seen.size() || expected.newest_day != served.logged_day)
    return false;
  auto intent = served.intents.begin();
  for (const auto& [name, account] : expected.intents) {
    if (name.campaign != intent->key.campaign || name.occurrence != intent->key.occurrence || name.channel != intent->key.channel ||
        !same(account, *intent))
      return false;
    ++intent;
  }
  for (const delivery::OutcomeFact& outcome : served.outcomes) {
    const auto known = expected.outcomes.find(outcome.id);
    if (known == expected.outcomes.end() || known->second != outcome) return false;
  }
  for (const delivery::SeenEvent& event : served.seen) {
    const auto known = expected.events.find(event.event);
    if (known == expected.events.end() || known->second != event.day) return false;
  }
  return true;
}

}  // namespace

void compare(const LedgerPlace& place, const Account& expected, const delivery::Ledger& served, Differences& into) {
  if (same(expected, served)) return;
  const Words wanted = describe(place.uscc, expected);
  Words found = describe(place.uscc, served);
  const std::string enterprise = "enterprise " + std::string(place.uscc.text()) + ": ";
  const std::uint64_t before = into.count();
  for (const auto& [what, value] : wanted) {
    const auto other = found.find(what);
    const std::string stands = other == found.end() ? std::string() : other->second;
    if (stands != value) into.add({place.partition, place.key, enterprise + what, value, stands});
    if (other != found.end()) found.erase(other);
  }
  for (const auto& [what, value] : found) into.add({place.partition, place.key, enterprise + what, "", value});
  if (into.count() == before) into.add({place.partition, place.key, enterprise + "the order of its entries", "sorted", "not sorted"});
}

}  // namespace zhida::effect_service::verify
