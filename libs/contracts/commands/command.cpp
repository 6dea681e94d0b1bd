#include "contracts/commands/command.hpp"

namespace zhida::contracts {

EntityKind entity_kind_of(CommandKind kind) {
  switch (kind) {
    case CommandKind::document_put:
      return EntityKind::document;
    case CommandKind::item_put:
    case CommandKind::item_publish:
    case CommandKind::item_withdraw:
      return EntityKind::item;
    case CommandKind::package_put:
      return EntityKind::package;
    default:
      return EntityKind::campaign;
  }
}

bool is_system(CommandKind kind) { return kind >= CommandKind::campaign_start; }

std::string CommandRequested::key() const { return std::string(domain::name_of(entity_kind_of(kind))) + "/" + entity; }

std::string to_json(const CommandRequested& event) {
  std::string text;
  text.reserve(event.body.size() + 400);
  JsonWriter writer(text);
  writer.begin_object();
  writer.member("command", event.command);
  writer.member("kind", event.kind);
  writer.member("entity", event.entity);
  writer.member("key_id", event.key_id);
  writer.member("role", event.role);
  writer.member("bureau", event.bureau);
  if (!event.region.empty()) writer.member("region", event.region);
  writer.member_if("idempotency_key", event.idempotency_key);
  writer.member("body_hash", event.body_hash);
  if (!event.body.empty()) {
    writer.key("body");
    writer.raw(event.body);
  }
  if (event.of_any_revision)
    writer.member("if_match", "*");
  else
    writer.member_if("if_match", event.if_match);
  writer.member("at", event.at);
  writer.end_object();
  return text;
}

Checked<CommandRequested> command_requested_from_json(std::string_view json) {
  return read_json<CommandRequested>(json, [](JsonReader& reader) {
    CommandRequested event;
    reader.required("command", event.command);
    reader.required("kind", event.kind);
    reader.required("entity", event.entity);
    reader.required("key_id", event.key_id);
    reader.required("role", event.role);
    reader.required("bureau", event.bureau);
    reader.optional("region", event.region);
    reader.optional("idempotency_key", event.idempotency_key);
    reader.required("body_hash", event.body_hash);
    if (const Json* body = reader.find("body")) JsonWriter(event.body).copy(*body);
    if (const Json* based_on = reader.find("if_match"); based_on != nullptr && based_on->IsString()) {
      event.of_any_revision = text_of(*based_on) == "*";
      if (!event.of_any_revision) reader.report("if_match", "revision", "must be a revision or `*`.", "应为修订号或 *。");
    } else {
      std::optional<std::int64_t> if_match;
      reader.optional("if_match", if_match);
      if (if_match) event.if_match = static_cast<std::uint64_t>(*if_match);
    }
    reader.required("at", event.at);
    return event;
  });
}

Checked<CommandRequested> command_requested_from_json(std::string_view type, std::string_view json) {
  if (type == CommandRequested::type) return command_requested_from_json(json);
  return FieldErrors{{"", "type", "a record of type \"" + std::string(type) + "\" does not belong in this topic",
                      "本主题不接收类型为“" + std::string(type) + "”的记录"}};
}

}  // namespace zhida::contracts
