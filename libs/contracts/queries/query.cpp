#include "contracts/queries/query.hpp"

#include "contracts/catalog/item_json.hpp"

#include <optional>
#include <utility>

namespace zhida::contracts {
namespace {

// The member under which each question stands.
constexpr std::string_view rule_name = "rule_question", audience_name = "audience_question", impact_name = "impact_question";

void write(JsonWriter& writer, const RuleQuestion& question) {
  writer.key(rule_name);
  writer.begin_object();
  writer.member("rule", question.rule);
  writer.member("near", question.near);
}

void write(JsonWriter& writer, const AudienceQuestion& question) {
  writer.key(audience_name);
  writer.begin_object();
  writer.member("campaign", question.campaign);
  writer.member("revision", question.revision);
}

void write_side(JsonWriter& writer, std::string_view name, const ImpactQuestion::Side& side) {
  writer.key(name);
  writer.begin_object();
  writer.member("rule", side.rule);
  write_manual_conditions(writer, side.manual);
  writer.end_object();
}

void write(JsonWriter& writer, const ImpactQuestion& question) {
  writer.key(impact_name);
  writer.begin_object();
  write_side(writer, "before", question.before);
  write_side(writer, "after", question.after);
}

template <class Each>
void read_common(JsonReader& reader, Each& question) {
  reader.required("date", question.date);
  reader.required("sample", question.sample);
  reader.required("region", question.region);
}

void read(JsonReader& reader, RuleQuestion& question) {
  reader.required("rule", question.rule);
  reader.required("near", question.near);
}

void read(JsonReader& reader, AudienceQuestion& question) {
  reader.required("campaign", question.campaign);
  reader.required("revision", question.revision);
}

void read_side(JsonReader& reader, std::string_view name, ImpactQuestion::Side& side) {
  const Json* const value = reader.object(name);
  if (value == nullptr) return;
  JsonReader inner(*value, reader.errors(), reader.child(name));
  inner.required("rule", side.rule);
  side.manual = read_manual_conditions(inner);
}

void read(JsonReader& reader, ImpactQuestion& question) {
  read_side(reader, "before", question.before);
  read_side(reader, "after", question.after);
}

/// The question under `name`, if there is one.
template <class Each>
void take(JsonReader& reader, std::string_view name, std::optional<Question>& into) {
  if (into || reader.find(name) == nullptr) return;
  const Json* const value = reader.object(name);
  if (value == nullptr) return;
  JsonReader inner(*value, reader.errors(), reader.child(name));
  Each question;
  read_common(inner, question);
  read(inner, question);
  into = std::move(question);
}

}  // namespace

std::string to_json(const Query& query) {
  std::string json;
  JsonWriter writer(json);
  writer.begin_object();
  std::visit(
      [&writer](const auto& question) {
        write(writer, question);
        writer.member("date", question.date);
        writer.member("sample", question.sample);
        writer.member("region", question.region);
        writer.end_object();
      },
      query.question);
  writer.member("partitions", query.partitions);
  writer.key("folded");
  writer.begin_object();
  for (const auto& [topic, positions] : query.folded) writer.member(topic, positions);
  writer.end_object();
  writer.end_object();
  return json;
}

Checked<Query> read_query(std::string_view json) {
  return read_json<Query>(json, [](JsonReader& reader) {
    Query query;
    std::optional<Question> question;
    take<RuleQuestion>(reader, rule_name, question);
    take<AudienceQuestion>(reader, audience_name, question);
    take<ImpactQuestion>(reader, impact_name, question);
    if (question)
      query.question = std::move(*question);
    else
      reader.report("", "unknown", "holds no question that is known here.", "不含可识别的查询。");
    reader.required("partitions", query.partitions);
    if (const Json* const folded = reader.object("folded")) {
      JsonReader inner(*folded, reader.errors(), reader.child("folded"));
      for (const auto& topic : folded->GetObject()) inner.required(text_of(topic.name), query.folded[std::string(text_of(topic.name))]);
    }
    return query;
  });
}

}  // namespace zhida::contracts
