#include "contracts/catalog/catalog_event.hpp"

#include "contracts/catalog/campaign_json.hpp"
#include "contracts/catalog/document_json.hpp"
#include "contracts/catalog/item_json.hpp"
#include "contracts/catalog/package_json.hpp"

#include <utility>

namespace zhida::contracts {
namespace {

struct OutcomeWriter {
  JsonWriter& writer;

  template <class Entity>
  void entity(std::string_view name, const Entity& value) const {
    writer.key(name);
    write(writer, value);
  }
  void raw(std::string_view name, const std::string& json) const {
    if (json.empty()) return;
    writer.key(name);
    writer.raw(json);
  }

  void operator()(const DocumentPut& put) const { entity("document", put.document); }
  void operator()(const ItemDrafted& drafted) const {
    write_owner_members(writer, drafted.owner);
    entity("draft", drafted.draft);
  }
  void operator()(const ItemPublished& published) const { entity("version", published.version); }
  void operator()(const ItemWithdrawn&) const {}
  void operator()(const PackagePut& put) const { entity("package", put.package); }
  void operator()(const CampaignChanged& changed) const { entity("campaign", changed.campaign); }
  void operator()(const CommandRefused& refused) const {
    raw("problem", refused.problem);
    raw("current", refused.current);
  }
  void operator()(const CommandRepeated& repeated) const { writer.member("first_offset", repeated.first_offset); }
};

std::uint64_t read_number(JsonReader& reader, std::string_view name) {
  std::int64_t number = 0;
  reader.required(name, number);
  if (number < 0) reader.report(name, "range", "must not be negative.", "不能为负数。");
  return static_cast<std::uint64_t>(number);
}

/// `read` gets a reader of the member `name`, which must be an object.
template <class Read>
auto read_entity(JsonReader& reader, std::string_view name, Read read) {
  using Entity = decltype(read(reader));
  const Json* value = reader.object(name);
  if (value == nullptr) return Entity{};
  JsonReader inner(*value, reader.errors(), reader.child(name));
  return read(inner);
}

std::string read_raw(JsonReader& reader, std::string_view name) {
  std::string text;
  if (const Json* value = reader.find(name)) JsonWriter(text).copy(*value);
  return text;
}

void read_outcome(JsonReader& reader, DocumentPut& put) { put.document = read_entity(reader, "document", read_document); }
void read_outcome(JsonReader& reader, ItemDrafted& drafted) {
  read_owner(reader, drafted.owner);
  drafted.draft = read_entity(reader, "draft", read_item_version);
}
void read_outcome(JsonReader& reader, ItemPublished& published) { published.version = read_entity(reader, "version", read_item_version); }
void read_outcome(JsonReader&, ItemWithdrawn&) {}
void read_outcome(JsonReader& reader, PackagePut& put) { put.package = read_entity(reader, "package", read_package); }
void read_outcome(JsonReader& reader, CampaignChanged& changed) { changed.campaign = read_entity(reader, "campaign", read_campaign); }
void read_outcome(JsonReader& reader, CommandRefused& refused) {
  reader.object("problem");
  refused.problem = read_raw(reader, "problem");
  refused.current = read_raw(reader, "current");
}
void read_outcome(JsonReader& reader, CommandRepeated& repeated) { repeated.first_offset = read_number(reader, "first_offset"); }

/// Reads the outcome whose type it is; false if there is none of this type.
template <class... Outcomes>
bool read_outcome_of(std::string_view type, JsonReader& reader, std::variant<Outcomes...>& outcome) {
  return ((type == Outcomes::type && (read_outcome(reader, outcome.template emplace<Outcomes>()), true)) || ...);
}

}  // namespace

std::string_view type_of(const CatalogEvent& event) {
  return std::visit([]<class Outcome>(const Outcome&) { return Outcome::type; }, event.outcome);
}

std::string to_json(const CatalogEvent& event) {
  std::string text;
  JsonWriter writer(text);
  writer.begin_object();
  writer.member("command", event.command);
  writer.member("command_offset", event.command_offset);
  writer.member("kind", event.kind);
  writer.member("entity", event.entity);
  writer.member("revision", event.revision);
  writer.member("by", event.by);
  writer.member("at", event.at);
  std::visit(OutcomeWriter{writer}, event.outcome);
  writer.end_object();
  return text;
}

Checked<CatalogEvent> catalog_event_from_json(std::string_view type, std::string_view json) {
  return read_json<CatalogEvent>(json, [type](JsonReader& reader) {
    CatalogEvent event;
    reader.required("command", event.command);
    event.command_offset = read_number(reader, "command_offset");
    reader.required("kind", event.kind);
    reader.required("entity", event.entity);
    event.revision = read_number(reader, "revision");
    reader.required("by", event.by);
    reader.required("at", event.at);
    if (!read_outcome_of(type, reader, event.outcome))
      reader.errors().push_back({"", "type", "there is no catalog event " + std::string(type) + ".", "没有这种目录事件。"});
    return event;
  });
}

void apply(policy::Item& item, const CatalogEvent& event) {
  if (const auto* drafted = std::get_if<ItemDrafted>(&event.outcome)) {
    item.owner = drafted->owner;
    item.draft = drafted->draft;
  } else if (const auto* published = std::get_if<ItemPublished>(&event.outcome)) {
    item.versions.push_back(published->version);
    item.draft.reset();
    item.withdrawn_at.reset();
  } else if (std::holds_alternative<ItemWithdrawn>(event.outcome)) {
    item.withdrawn_at = event.at;
  } else {
    return;
  }
  item.id = event.entity;
  item.revision = event.revision;
}

}  // namespace zhida::contracts
