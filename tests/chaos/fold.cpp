#include "chaos/fold.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

namespace zhida::chaos {
namespace {

using Json = rapidjson::Value;

std::string text(const Json& object, const char* name) {
  const auto found = object.FindMember(name);
  return found == object.MemberEnd() || !found->value.IsString() ? std::string()
                                                                 : std::string(found->value.GetString(), found->value.GetStringLength());
}

std::int64_t number(const Json& object, const char* name) {
  const auto found = object.FindMember(name);
  return found == object.MemberEnd() || !found->value.IsInt64() ? 0 : found->value.GetInt64();
}

Fold::Status status_of(const std::string& state) {
  static const std::map<std::string, int> ranks{{"matched", 10},
                                                {"queued", 20},
                                                {"claimed", 30},
                                                {"deferred", 35},
                                                {"sent", 40},
                                                {"temporary_failure", 45},
                                                {"accepted", 50},
                                                {"suppressed", 61},
                                                {"expired", 62},
                                                {"cancelled", 63},
                                                {"technical_failure", 64},
                                                {"permanent_failure", 65},
                                                {"delivered", 70},
                                                {"late_bounced", 75}};
  Fold::Status status;
  const auto rank = ranks.find(state);
  status.rank = rank == ranks.end() ? 0 : rank->second;
  status.closed = status.rank > 60;
  status.state = state;
  return status;
}

bool weaker(const Fold::Status& a, const Fold::Status& b) {
  if (a.closed != b.closed) return b.closed;
  if (!a.closed && a.attempt != b.attempt) return a.attempt < b.attempt;
  if (a.rank != b.rank) return a.rank < b.rank;
  return a.at > b.at;
}

/// RFC 8785, for what audit records are made of: objects of texts and whole numbers.
std::string canonical(const Json& object, std::string_view without) {
  std::vector<std::pair<std::string, const Json*>> members;
  for (const auto& member : object.GetObject())
    if (member.name.GetString() != without) members.emplace_back(member.name.GetString(), &member.value);
  std::ranges::sort(members);
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  writer.StartObject();
  for (const auto& [name, value] : members) {
    writer.Key(name.c_str());
    value->Accept(writer);
  }
  writer.EndObject();
  return {buffer.GetString(), buffer.GetSize()};
}

std::string sha256(const std::string& bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr);
  std::string hex;
  for (unsigned i = 0; i < size; ++i) hex += fmt::format("{:02x}", digest[i]);
  return hex;
}

std::string push_of(const Json& block) { return text(block, "campaign") + "." + text(block, "occurrence") + "." + text(block, "channel"); }

std::string intent_id(const Json& block, const std::string& uscc) { return push_of(block) + "." + uscc; }

/// Facts that no schema allows; the checks of the code itself are not repeated here, only those that the poison breaks.
bool is_usable(const Json& fact) { return fact.IsObject() && text(fact, "uscc") != "91310117000000000X" && fact.HasMember("state"); }

std::string write(const Json& value) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  value.Accept(writer);
  return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace

std::int64_t Fold::milliseconds(const std::string& time) {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0;
  double second = 0;
  if (std::sscanf(time.c_str(), "%d-%d-%dT%d:%d:%lfZ", &year, &month, &day, &hour, &minute, &second) != 6) return 0;
  const std::chrono::sys_days date =
      std::chrono::year(year) / std::chrono::month(static_cast<unsigned>(month)) / std::chrono::day(static_cast<unsigned>(day));
  return ((date.time_since_epoch().count() * 24LL + hour) * 60 + minute) * 60'000 + static_cast<std::int64_t>(second * 1'000 + 0.5);
}

const Fold::Status& Fold::Intent::status() const {
  if (receipt.rank == decision.rank && (receipt.closed || receipt.attempt == 0)) return decision;
  return weaker(decision, receipt) ? receipt : decision;
}

void Fold::take(const Raw& record) {
  const auto& [topic, partition, offset] = record.place;
  ++records;
  ends[topic + "/" + std::to_string(partition)] = offset + 1;
  const std::string_view type = record.header("ce_type");
  if (unusable_.contains(record.place) || type.starts_with("zhida.log.")) return;
  rapidjson::Document json;
  json.Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseFullPrecisionFlag>(record.value.data(), record.value.size());
  if (json.HasParseError() || !json.IsObject()) {
    if (topic != "vault") broken.push_back(fmt::format("{}/{}/{} is no JSON, and nobody put it there", topic, partition, offset));
    return;
  }
  if (topic.starts_with("intents"))
    return type.starts_with("zhida.partition.") ? take_mark(json, partition) : take_intents(json, partition);
  if (topic.starts_with("receipts")) return take_receipts(json);
  if (topic == "engagements") return take_engagement(json);
  if (topic == "outcomes") {
    if (outcome_ids.insert(text(json, "id")).second)
      outcomes[text(json, "uscc")].push_back({milliseconds(text(json, "at")), text(json, "id"), text(json, "item"), text(json, "type")});
    return;
  }
  if (topic == "profiles") return take_profile(json);
  if (topic == "catalog") return take_catalog(json, record);
  if (topic == "audit") return take_audit(json, record);
  if (topic == "commands") return void(commands.insert(text(json, "command")));
  if (topic == "dead-letters") ++dead_letters[text(json, "id")];
}

void Fold::take_intents(const rapidjson::Document& block, std::int32_t partition) {
  if (decided_marks.contains({push_of(block), partition})) {
    void_intents += block["facts"].Size();
    return;
  }
  for (const Json& fact : block["facts"].GetArray()) {
    if (!is_usable(fact)) continue;
    const std::string uscc = text(fact, "uscc");
    Intent& intent = intents[intent_id(block, uscc)];
    if (intent.decided) continue;  // the first record of an id wins
    intent.decided = true;
    intent.campaign = text(block, "campaign");
    intent.uscc = uscc;
    intent.partition = partition;
    intent.decision = status_of(text(fact, "state"));
    intent.decision.reason = text(fact, "reason");
    intent.decision.at = milliseconds(text(block, "decided_at"));
  }
}

void Fold::take_mark(const rapidjson::Document& mark, std::int32_t partition) {
  decided_marks.try_emplace({push_of(mark), partition}, number(mark, "n"));
}

void Fold::take_receipts(const rapidjson::Document& block) {
  for (const Json& fact : block["facts"].GetArray()) {
    if (!is_usable(fact)) continue;
    Status status = status_of(text(fact, "state"));
    status.attempt = status.closed ? 0 : number(fact, "attempt");
    status.reason = text(fact, "reason");
    status.at = milliseconds(text(block, "at"));
    Intent& intent = intents[intent_id(block, text(fact, "uscc"))];
    if (status.state == "delivered" && (intent.delivered_at == 0 || status.at < intent.delivered_at)) intent.delivered_at = status.at;
    if (weaker(intent.receipt, status)) intent.receipt = status;
  }
}

void Fold::take_engagement(const rapidjson::Document& event) {
  const std::string uscc = text(event, "uscc");
  Engagement engagement;
  engagement.intent = intent_id(event, uscc);
  engagement.type = text(event, "type");
  engagement.machine = event.HasMember("machine");
  engagement.part = number(event, "part");
  engagement.at = milliseconds(text(event, "at"));
  engagements[uscc].try_emplace(text(event, "id"), std::move(engagement));
  engagement_ids.insert(text(event, "id"));
}

void Fold::take_profile(const rapidjson::Document& record) {
  const std::string uscc = text(record, "uscc");
  if (!record.HasMember("patch")) return;
  for (const Json& patch : record["patch"].GetArray()) {
    const std::string as_of = text(patch, "as_of");
    const auto put = [&](const std::string& name, std::string value) {
      Attribute& known = attributes_[uscc][name];
      if (as_of < known.as_of) return;
      known.as_of = as_of;
      known.value = std::move(value);
    };
    if (patch.HasMember("remove"))
      for (const Json& name : patch["remove"].GetArray()) put(name.GetString(), "");
    if (!patch.HasMember("set")) continue;
    for (const auto& member : patch["set"].GetObject()) put(member.name.GetString(), write(member.value));
    if (patch["set"].HasMember("employees")) employees.emplace(uscc, number(patch["set"], "employees"));
  }
}

void Fold::take_catalog(const rapidjson::Document& event, const Raw& record) {
  const std::string kind = text(event, "kind"), id = text(event, "entity");
  counting_.insert(std::get<2>(record.place));
  outcomes_of_commands.insert(text(event, "command"));
  const std::string_view type = record.header("ce_type");
  if (type.starts_with("zhida.command.")) return;
  Entity& entity = catalogue[kind.substr(0, kind.find('.')) + "/" + id];
  const std::int64_t revision = number(event, "revision");
  if (revision > entity.revision + 1)
    broken.push_back(fmt::format("the catalogue has no revision {} of {} {}, but {}", entity.revision + 1, kind, id, revision));
  if (revision != entity.revision + 1) {
    ++stale;
    return;
  }
  entity.revision = revision;
  entity.history.emplace_back(kind, milliseconds(text(event, "at")));
  done.emplace(kind, id);
}

void Fold::take_audit(const rapidjson::Document& audit, const Raw& record) {
  const std::string previous = text(audit, "previous"), hash = text(audit, "hash");
  const std::int64_t sequence = number(audit, "sequence");
  const std::string_view where = record.header("ce_id");
  if (sha256(previous + "\n" + canonical(audit, "hash")) != hash) {
    broken.push_back(fmt::format("{} of the audit is not what its hash says", where));
  } else if (sequence <= sequence_) {
    ++stale;  // whole, but its number was taken: of an owner that was replaced
  } else if (sequence != sequence_ + 1 || previous != hash_) {
    broken.push_back(fmt::format("{} does not follow audit/{}", where, sequence_));
  } else {
    sequence_ = sequence;
    hash_ = hash;
    if (!audited_.insert(number(audit, "catalog_offset")).second) broken.push_back(fmt::format("{} records something twice", where));
  }
}

void Fold::finish() {
  for (auto& [uscc, all] : outcomes)
    std::ranges::sort(all, [](const Outcome& a, const Outcome& b) { return std::tie(a.at, a.id) < std::tie(b.at, b.id); });
  for (auto& [uscc, attributes] : attributes_)
    for (auto& [name, attribute] : attributes)
      if (!attribute.value.empty()) profiles[uscc][name] = attribute.value;
  for (const auto& [id, intent] : intents) {
    if (!intent.decided) {
      broken.push_back("there is a receipt of " + id + ", which nobody decided");
      continue;
    }
    Funnel& funnel = funnels[intent.campaign];
    const Status& status = intent.status();
    ++funnel.decided;
    ++funnel.by_state[status.state];
    if (status.state == "suppressed") ++funnel.by_reason[status.reason];
    if (status.state == "delivered") ++funnel.delivered;
  }
  std::set<std::pair<std::string, std::string>> shown, clicked, reached;  // campaign and enterprise
  for (const auto& [uscc, events] : engagements)
    for (const auto& [id, event] : events) {
      const auto intent = intents.find(event.intent);
      if (intent == intents.end() || !intent->second.decided) continue;
      const std::pair who(intent->second.campaign, uscc);
      Funnel& funnel = funnels[who.first];
      if (event.type == "impression") ++(event.machine ? funnel.impressions_machine : funnel.impressions);
      if (event.type == "click") ++(event.machine ? funnel.clicks_machine : funnel.clicks);
      if (event.machine) continue;
      if (event.type == "impression") ++intent->second.impressions;
      if (event.type == "impression") shown.insert(who);
      if (event.type == "click") clicked.insert(who);
      if (event.type == "impression" || event.type == "seen") reached.insert(who);
    }
  for (const auto& [campaign, uscc] : shown) ++funnels[campaign].impressions_unique;
  for (const auto& [campaign, uscc] : clicked) ++funnels[campaign].clicks_unique;
  for (const auto& [campaign, uscc] : reached) ++funnels[campaign].reached;
  for (const std::int64_t offset : counting_)
    if (!audited_.contains(offset)) broken.push_back(fmt::format("nobody wrote to the audit what stands at catalog/0/{}", offset));
}

}  // namespace zhida::chaos
