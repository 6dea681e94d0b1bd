#include "contracts/catalog/audience_json.hpp"

namespace zhida::contracts {
namespace {

using campaign::Audience;

constexpr int most_reported = 10;

Audience read_list(JsonReader& reader) {
  std::vector<enterprise::Uscc> list;
  int wrong = 0;
  const auto elements = reader.elements("list");
  list.reserve(elements.size());
  for (std::size_t i = 0; i < elements.size(); ++i) {
    const std::string_view text = elements[i]->IsString() ? text_of(*elements[i]) : std::string_view();
    if (const auto uscc = enterprise::Uscc::parse(text))
      list.push_back(*uscc);
    else if (++wrong <= most_reported)
      reader.errors().push_back(enterprise::uscc_error(text, reader.child("list", i)));
  }
  return {campaign::ListAudience(std::move(list))};
}

}  // namespace

Audience read_audience(const Json& value, const std::string& pointer, FieldErrors& errors) {
  JsonReader reader(value, errors, pointer);
  if (!reader.is_object()) return {};
  if (reader.find("rule") != nullptr) {
    campaign::RuleAudience rule;
    reader.only({"rule"});
    reader.required("rule", rule.rule);
    return {std::move(rule)};
  }
  if (reader.find("eligible_for") != nullptr) {
    campaign::EligibleAudience eligible;
    reader.only({"eligible_for", "verdicts"});
    reader.required("eligible_for", eligible.quantifier);
    reader.optional("verdicts", eligible.verdicts);
    return {std::move(eligible)};
  }
  if (reader.find("list") != nullptr) {
    reader.only({"list"});
    return read_list(reader);
  }
  if (reader.find("all") != nullptr) {
    campaign::JoinedAudience joined;
    reader.only({"all"});
    const auto parts = reader.elements("all");
    for (std::size_t i = 0; i < parts.size(); ++i) joined.parts.push_back(read_audience(*parts[i], reader.child("all", i), errors));
    return {std::move(joined)};
  }
  errors.push_back({pointer, "form", "must have one of rule, eligible_for, list and all.", "应为 rule、eligible_for、list、all 之一。"});
  return {};
}

void write(JsonWriter& writer, const Audience& audience) {
  writer.begin_object();
  if (const auto* rule = std::get_if<campaign::RuleAudience>(&audience.form)) {
    writer.member("rule", rule->rule);
  } else if (const auto* eligible = std::get_if<campaign::EligibleAudience>(&audience.form)) {
    writer.member("eligible_for", eligible->quantifier);
    writer.member("verdicts", eligible->verdicts);
  } else if (const auto* list = std::get_if<campaign::ListAudience>(&audience.form)) {
    writer.key("list");
    writer.begin_array();
    for (const enterprise::Uscc& uscc : *list->enterprises) writer.value(uscc.text());
    writer.end_array();
  } else {
    writer.key("all");
    writer.begin_array();
    for (const Audience& part : std::get<campaign::JoinedAudience>(audience.form).parts) write(writer, part);
    writer.end_array();
  }
  writer.end_object();
}

}  // namespace zhida::contracts
