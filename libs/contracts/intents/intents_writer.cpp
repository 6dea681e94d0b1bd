#include "contracts/intents/decided_rules.hpp"
#include "contracts/intents/intents_decided.hpp"
#include "contracts/intents/members.hpp"

#include <stdexcept>
#include <utility>

namespace zhida::contracts {

using domain::name_of;

IntentsWriter::IntentsWriter(const IntentsHeader& header) : items_(header.items.size()) {
  json_.reserve(64 * 1024);
  JsonWriter out(json_);
  out.begin_object();
  write_key(out, header.key());
  out.member("decided_at", header.decided_at);
  out.member("profile_position", header.profile_position);
  out.key("items");
  out.begin_array();
  for (const IntentItem& item : header.items) {
    out.begin_object();
    out.member("id", item.id);
    out.member("version", item.version);
    if (!item.rule_hash.empty()) out.member("rule_hash", item.rule_hash);
    if (!item.exclusive_group.empty()) out.member("exclusive_group", item.exclusive_group);
    if (item.conversion_days != 30) out.member("conversion_days", static_cast<unsigned>(item.conversion_days));
    out.end_object();
  }
  out.end_array();
  out.key("facts");
  out.begin_array();
}

void IntentsWriter::add(const enterprise::Uscc& uscc, delivery::State state, delivery::Reason reason, const Facets& facets,
                        std::span<const delivery::ItemDecision> items, std::string_view values_json) {
  if (facts_ == most_facts) throw std::logic_error("a block of intents has at most 1,000 facts");
  if (!is_decision(state, reason)) throw std::logic_error("the state of a decided intent does not fit its reason");
  if (items.size() != items_) throw std::logic_error("a decided intent needs a decision for each item of its block");
  if (facts_++ != 0) json_ += ',';
  json_ += R"({"uscc":")";
  json_ += uscc.text();
  json_ += R"(","state":")";
  json_ += name_of(state);
  if (reason != delivery::Reason::none) {
    json_ += R"(","reason":")";
    json_ += name_of(reason);
  }
  json_ += R"(","facets":{)";
  const auto facet = [this](std::string_view name, std::string_view value) {
    if (value.empty()) return;
    if (json_.back() != '{') json_ += ',';
    json_ += name;
    JsonWriter(json_).value(value);
  };
  facet(R"("size_class":)", facets.size_class);
  facet(R"("section":)", facets.section);
  facet(R"("street":)", facets.street);
  facet(R"("park":)", facets.park);
  facet(R"("building":)", facets.building);
  facet(R"("legal_form":)", facets.legal_form);
  json_ += R"(},"items":[)";
  for (const delivery::ItemDecision& item : items) {
    json_ += json_.back() == '[' ? R"({"verdict":")" : R"(,{"verdict":")";
    json_ += name_of(item.verdict);
    json_ += R"(","window":")";
    json_ += name_of(item.window);
    json_ += R"(","benefit":)";
    JsonWriter(json_).value(item.benefit);
    json_ += '}';
  }
  json_ += ']';
  if (!values_json.empty()) {
    json_ += R"(,"values":)";
    json_ += values_json;
  }
  json_ += '}';
}

std::string IntentsWriter::finish() {
  if (facts_ == 0) throw std::logic_error("a block of intents has at least one fact");
  json_ += "]}";
  return std::move(json_);
}

}  // namespace zhida::contracts
