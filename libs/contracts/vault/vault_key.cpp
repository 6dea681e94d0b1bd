#include "contracts/vault/vault_key.hpp"

#include "contracts/plain_cursor.hpp"

namespace zhida::contracts {

std::string to_json(const VaultKey& event) {
  std::string text;
  JsonWriter writer(text);
  writer.begin_object();
  writer.member("uscc", event.uscc.text());
  writer.member("wrapped", event.wrapped);
  writer.member("master_key", event.master_key);
  writer.member("created_at", event.created_at);
  writer.end_object();
  return text;
}

namespace {

/// The event as it is written, without a tree.
std::optional<VaultKey> read_plain(std::string_view json) {
  PlainCursor cursor(json);
  VaultKey event;
  std::string_view member, uscc, wrapped, master_key, created_at;
  const bool plain = cursor.take('{') && cursor.key(member) && member == "uscc" && cursor.text(uscc) &&              //
                     cursor.take(',') && cursor.key(member) && member == "wrapped" && cursor.text(wrapped) &&        //
                     cursor.take(',') && cursor.key(member) && member == "master_key" && cursor.text(master_key) &&  //
                     cursor.take(',') && cursor.key(member) && member == "created_at" && cursor.text(created_at) &&  //
                     cursor.take('}') && cursor.at_end();
  if (!plain) return std::nullopt;
  const auto code = enterprise::Uscc::parse(uscc);
  const auto instant = domain::parse_instant(created_at);
  if (!code || !instant) return std::nullopt;
  event.uscc = *code;
  event.wrapped = wrapped;
  event.master_key = master_key;
  event.created_at = *instant;
  return event;
}

}  // namespace

Checked<VaultKey> vault_key_from_json(std::string_view json) {
  if (auto event = read_plain(json)) return *std::move(event);
  return read_json<VaultKey>(json, [](JsonReader& reader) {
    VaultKey event;
    std::string uscc;
    reader.required("uscc", uscc);
    if (const auto parsed = enterprise::Uscc::parse(uscc))
      event.uscc = *parsed;
    else
      reader.errors().push_back(enterprise::uscc_error(uscc, "/uscc"));
    reader.required("wrapped", event.wrapped);
    reader.required("master_key", event.master_key);
    reader.required("created_at", event.created_at);
    return event;
  });
}

}  // namespace zhida::contracts
