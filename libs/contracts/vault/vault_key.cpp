#include "contracts/vault/vault_key.hpp"

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

Checked<VaultKey> vault_key_from_json(std::string_view json) {
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
