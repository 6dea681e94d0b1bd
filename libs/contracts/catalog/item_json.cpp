#include "contracts/catalog/item_json.hpp"

#include "contracts/catalog/document_json.hpp"

namespace zhida::contracts {
namespace {

using policy::Benefit;
using policy::Guide;
using policy::ItemContent;
using policy::ItemVersion;
using policy::Link;
using policy::Window;

/// Calls `read` with a reader for each object of the array member `name`.
template <class Read>
void each(JsonReader& reader, std::string_view name, Read read) {
  const auto elements = reader.elements(name);
  for (std::size_t i = 0; i < elements.size(); ++i) {
    JsonReader element(*elements[i], reader.errors(), reader.child(name, i));
    read(element);
  }
}

Benefit read_benefit(JsonReader& reader) {
  Benefit benefit;
  reader.only({"formula", "text_zh", "kind", "cap", "schedule"});
  reader.optional("formula", benefit.formula);
  reader.optional("text_zh", benefit.text_zh);
  reader.optional("kind", benefit.kind);
  reader.optional("cap", benefit.cap);
  each(reader, "schedule", [&](JsonReader& element) {
    policy::Instalment instalment;
    element.only({"year", "amount"});
    element.required("year", instalment.year);
    element.required("amount", instalment.amount);
    benefit.schedule.push_back(instalment);
  });
  return benefit;
}

Window read_window(JsonReader& reader) {
  Window window;
  reader.only({"from", "to", "monthly"});
  window.from = read_moment(reader, "from", false);
  window.to = read_moment(reader, "to", false);
  std::optional<std::vector<int>> monthly;
  reader.optional("monthly", monthly);
  if (monthly && monthly->size() == 2)
    window.monthly = policy::MonthlySpan{(*monthly)[0], (*monthly)[1]};
  else if (monthly)
    reader.report("monthly", "length", "must be the first and the last day.", "应为起止两个日期。");
  return window;
}

Guide read_guide(JsonReader& reader) {
  Guide guide;
  reader.only({"materials", "steps", "office", "hours"});
  reader.optional("materials", guide.materials);
  reader.optional("steps", guide.steps);
  reader.optional("office", guide.office);
  reader.optional("hours", guide.hours);
  return guide;
}

ItemContent read_content(JsonReader& reader) {
  ItemContent content;
  reader.required("title", content.title);
  reader.optional("document", content.document);
  reader.required("rule", content.rule);
  content.manual = read_manual_conditions(reader);
  reader.required("mode", content.mode);
  if (const Json* benefit = reader.find("benefit"); benefit != nullptr && !benefit->IsNull()) {
    JsonReader inner(*benefit, reader.errors(), reader.child("benefit"));
    content.benefit = read_benefit(inner);
  }
  reader.optional("valid_from", content.valid_from);
  reader.optional("valid_to", content.valid_to);
  each(reader, "windows", [&](JsonReader& element) { content.windows.push_back(read_window(element)); });
  reader.optional("exclusive_group", content.exclusive_group);
  reader.optional("version_group", content.version_group);
  each(reader, "links", [&](JsonReader& element) {
    Link link;
    element.only({"rel", "url", "label_zh"});
    element.required("rel", link.rel);
    element.required("url", link.url);
    element.optional("label_zh", link.label_zh);
    content.links.push_back(std::move(link));
  });
  if (const Json* guide = reader.find("guide"); guide != nullptr && !guide->IsNull()) {
    JsonReader inner(*guide, reader.errors(), reader.child("guide"));
    content.guide = read_guide(inner);
  }
  return content;
}

void write_benefit(JsonWriter& writer, const std::optional<Benefit>& benefit) {
  writer.key("benefit");
  if (!benefit) return writer.null();
  writer.begin_object();
  writer.member("formula", benefit->formula);
  writer.member("text_zh", benefit->text_zh);
  writer.member("kind", benefit->kind);
  writer.member("cap", benefit->cap);
  writer.key("schedule");
  writer.begin_array();
  for (const auto& [year, amount] : benefit->schedule) {
    writer.begin_object();
    writer.member("year", year);
    writer.member("amount", amount);
    writer.end_object();
  }
  writer.end_array();
  writer.end_object();
}

void write_window(JsonWriter& writer, const Window& window) {
  writer.begin_object();
  const auto bound = [&](std::string_view name, const std::optional<policy::Moment>& moment) {
    if (!moment) return;
    writer.key(name);
    write(writer, *moment);
  };
  if (window.monthly) writer.member("monthly", std::vector<int>{window.monthly->first_day, window.monthly->last_day});
  bound("from", window.from);
  bound("to", window.to);
  writer.end_object();
}

void write_guide(JsonWriter& writer, const std::optional<Guide>& guide) {
  writer.key("guide");
  if (!guide) return writer.null();
  writer.begin_object();
  writer.member("materials", guide->materials);
  writer.member("steps", guide->steps);
  writer.member("office", guide->office);
  writer.member("hours", guide->hours);
  writer.end_object();
}

}  // namespace

std::vector<policy::ManualCondition> read_manual_conditions(JsonReader& reader) {
  std::vector<policy::ManualCondition> conditions;
  each(reader, "manual", [&](JsonReader& element) {
    policy::ManualCondition condition;
    element.only({"name", "label_zh"});
    element.required("name", condition.name);
    element.required("label_zh", condition.label_zh);
    conditions.push_back(std::move(condition));
  });
  return conditions;
}

void write_manual_conditions(JsonWriter& writer, const std::vector<policy::ManualCondition>& conditions) {
  writer.key("manual");
  writer.begin_array();
  for (const policy::ManualCondition& condition : conditions) {
    writer.begin_object();
    writer.member("name", condition.name);
    writer.member("label_zh", condition.label_zh);
    writer.end_object();
  }
  writer.end_array();
}

std::optional<policy::Moment> moment_from(const Json& value) {
  if (!value.IsString()) return std::nullopt;
  if (const auto date = domain::parse_date(text_of(value))) return policy::Moment(*date);
  if (const auto instant = domain::parse_instant(text_of(value))) return policy::Moment(*instant);
  return std::nullopt;
}

std::optional<policy::Moment> read_moment(JsonReader& reader, std::string_view name, bool required) {
  const Json* value = reader.find(name);
  if (value == nullptr || value->IsNull()) {
    if (required && reader.is_object()) reader.report(name, "required", "is required.", "必填。");
    return std::nullopt;
  }
  auto moment = moment_from(*value);
  if (!moment)
    reader.report(name, "date", "must be a date that exists, as YYYY-MM-DD, or an RFC 3339 time with an offset.",
                  "应为存在的日期（YYYY-MM-DD）或带时区的 RFC 3339 时间。");
  return moment;
}

void write(JsonWriter& writer, const policy::Moment& moment) {
  std::visit([&](const auto& when) { writer.value(when); }, moment);
}

ItemBody read_item_body(JsonReader& reader) {
  reader.only({"id",         "revision", "state",           "version",       "withdrawn_at", "draft", "versions", "bureau",
               "co_bureaus", "title",    "document",        "rule",          "manual",       "mode",  "benefit",  "valid_from",
               "valid_to",   "windows",  "exclusive_group", "version_group", "links",        "guide"});
  ItemBody body;
  read_owner(reader, body.owner);
  body.content = read_content(reader);
  return body;
}

ItemVersion read_item_version(JsonReader& reader) {
  ItemVersion version;
  reader.required("version", version.version);
  reader.required("author", version.author);
  reader.required("written_at", version.written_at);
  reader.required("rule_hash", version.rule_hash);
  reader.optional("published_at", version.published_at);
  reader.optional("published_by", version.published_by);
  version.content = read_content(reader);
  return version;
}

void write_content_members(JsonWriter& writer, const ItemContent& content) {
  writer.member("title", content.title);
  writer.member("document", content.document);
  writer.member("rule", content.rule);
  write_manual_conditions(writer, content.manual);
  writer.member("mode", content.mode);
  write_benefit(writer, content.benefit);
  writer.member("valid_from", content.valid_from);
  writer.member("valid_to", content.valid_to);
  writer.key("windows");
  writer.begin_array();
  for (const Window& window : content.windows) write_window(writer, window);
  writer.end_array();
  writer.member("exclusive_group", content.exclusive_group);
  writer.member("version_group", content.version_group);
  writer.key("links");
  writer.begin_array();
  for (const Link& link : content.links) {
    writer.begin_object();
    writer.member("rel", link.rel);
    writer.member("url", link.url);
    writer.member("label_zh", link.label_zh);
    writer.end_object();
  }
  writer.end_array();
  write_guide(writer, content.guide);
}

void write(JsonWriter& writer, const ItemVersion& version) {
  writer.begin_object();
  writer.member("version", version.version);
  writer.member("author", version.author);
  writer.member("written_at", version.written_at);
  writer.member("rule_hash", version.rule_hash);
  writer.member("published_at", version.published_at);
  writer.member("published_by", version.published_by);
  write_content_members(writer, version.content);
  writer.end_object();
}

void write(JsonWriter& writer, const policy::Item& item) {
  writer.begin_object();
  writer.member("id", item.id);
  writer.member("revision", item.revision);
  write_owner_members(writer, item.owner);
  writer.member("state", item.state());
  const ItemVersion* shown = item.latest() != nullptr ? item.latest() : item.draft ? &*item.draft : nullptr;
  if (shown != nullptr) {
    writer.member("version", shown->version);
    write_content_members(writer, shown->content);
  }
  writer.member("withdrawn_at", item.withdrawn_at);
  writer.key("draft");
  if (item.draft)
    write(writer, *item.draft);
  else
    writer.null();
  writer.key("versions");
  writer.begin_array();
  for (const ItemVersion& version : item.versions) write(writer, version);
  writer.end_array();
  writer.end_object();
}

}  // namespace zhida::contracts
