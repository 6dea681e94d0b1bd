#include "contracts/engagements/engagement_recorded.hpp"

#include "contracts/intents/members.hpp"

#include <limits>

namespace zhida::contracts {

using delivery::EngagementType;

delivery::EngagementFact EngagementRecorded::fact(domain::Instant logged_at) const {
  delivery::EngagementFact fact;
  fact.key = {campaign, occurrence, channel};
  fact.part = part;
  fact.type = type;
  fact.at = at;
  fact.event = delivery::hash_of(id);
  fact.machine = machine.has_value();
  fact.logged_at = logged_at;
  return fact;
}

std::string to_json(const EngagementRecorded& event) {
  std::string json;
  json.reserve(256);
  JsonWriter out(json);
  out.begin_object();
  out.member("id", event.id);
  write_key(out, {event.campaign, event.occurrence, event.channel});
  out.member("uscc", event.uscc.text());
  out.member("item", event.item);
  out.member("part", static_cast<unsigned>(event.part));
  out.member("type", event.type);
  out.member("at", event.at);
  if (!event.reason.empty()) out.member("reason", event.reason);
  out.member_if("score", event.score);
  if (!event.surface.empty()) out.member("surface", event.surface);
  if (event.link) out.member("link", static_cast<unsigned>(*event.link));
  if (event.machine) {
    out.key("machine");
    out.begin_object();
    out.member("reason", event.machine->reason);
    out.member("rule", event.machine->rule);
    out.end_object();
  }
  out.end_object();
  return json;
}

domain::Checked<EngagementRecorded> read_engagement_recorded(std::string_view json) {
  thread_local JsonText text;
  const Json* root = text.parse(json);
  if (root == nullptr) return {boost::system::in_place_error, FieldErrors{text.error()}};
  constexpr std::uint64_t most = std::numeric_limits<std::uint16_t>::max();
  FieldErrors errors;
  JsonReader in(*root, errors);
  EngagementRecorded event;
  read_text(in, "id", 128, event.id);
  read_key(in, event.campaign, event.occurrence, event.channel);
  read_uscc(in, event.uscc);
  in.optional("item", event.item);
  std::uint64_t part = 0;
  read_number(in, "part", 0, most, part);
  event.part = static_cast<std::uint16_t>(part);
  in.required("type", event.type);
  read_time(in, "at", event.at);
  in.optional("reason", event.reason);
  if (const auto score = read_optional_number(in, "score", 1, 5)) event.score = static_cast<int>(*score);
  in.optional("surface", event.surface);
  if (const auto link = read_optional_number(in, "link", 0, most)) event.link = static_cast<std::uint16_t>(*link);
  if (in.find("machine") != nullptr) {
    if (const Json* mark = in.object("machine")) {
      JsonReader inner(*mark, errors, in.child("machine"));
      MachineMark& machine = event.machine.emplace();
      read_text(inner, "reason", 32, machine.reason);
      std::uint64_t rule = 1;
      read_number(inner, "rule", 1, 1'000'000, rule);
      machine.rule = static_cast<int>(rule);
    }
  }
  if (errors.empty() && event.item.has_value() != (event.part != 0))
    in.report("part", "part", "must be 0 if, and only if, there is no item.", "当且仅当没有事项时应为 0。");
  if (!errors.empty()) return {boost::system::in_place_error, std::move(errors)};
  return event;
}

}  // namespace zhida::contracts
