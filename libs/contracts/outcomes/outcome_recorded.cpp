#include "contracts/outcomes/outcome_recorded.hpp"

#include "contracts/intents/members.hpp"

#include <limits>

namespace zhida::contracts {
namespace {

constexpr std::uint64_t most_fen = 100'000'000'000'000'000;
constexpr std::uint64_t most_number = std::numeric_limits<std::uint32_t>::max();

}  // namespace

delivery::OutcomeFact OutcomeRecorded::fact() const {
  delivery::OutcomeFact fact;
  fact.id = delivery::hash_of(id);
  fact.item = delivery::hash_of(item);
  fact.type = type;
  fact.at = at;
  fact.amount_fen = amount_fen;
  fact.instalment = instalment.value_or(0);
  return fact;
}

std::string to_json(const OutcomeRecorded& event) {
  std::string json;
  json.reserve(256);
  JsonWriter out(json);
  out.begin_object();
  out.member("id", event.id);
  out.member("uscc", event.uscc.text());
  out.member("item", event.item);
  out.member_if("version", event.version);
  out.member("type", event.type);
  out.member("at", event.at);
  out.member_if("amount_fen", event.amount_fen);
  out.member_if("instalment", event.instalment);
  if (!event.fund.empty()) out.member("fund", event.fund);
  if (!event.payer.empty()) out.member("payer", event.payer);
  if (!event.source.empty()) out.member("source", event.source);
  out.end_object();
  return json;
}

domain::Checked<OutcomeRecorded> read_outcome_recorded(std::string_view json) {
  thread_local JsonText text;
  const Json* root = text.parse(json);
  if (root == nullptr) return {boost::system::in_place_error, FieldErrors{text.error()}};
  FieldErrors errors;
  JsonReader in(*root, errors);
  OutcomeRecorded event;
  read_text(in, "id", 128, event.id);
  read_uscc(in, event.uscc);
  read_text(in, "item", 64, event.item);
  if (const auto version = read_optional_number(in, "version", 1, most_number)) event.version = static_cast<std::uint32_t>(*version);
  in.required("type", event.type);
  read_time(in, "at", event.at);
  if (const auto fen = read_optional_number(in, "amount_fen", 0, most_fen)) event.amount_fen = static_cast<std::int64_t>(*fen);
  if (const auto instalment = read_optional_number(in, "instalment", 1, most_number))
    event.instalment = static_cast<std::uint32_t>(*instalment);
  in.optional("fund", event.fund);
  in.optional("payer", event.payer);
  in.optional("source", event.source);
  if (!errors.empty()) return {boost::system::in_place_error, std::move(errors)};
  return event;
}

}  // namespace zhida::contracts
