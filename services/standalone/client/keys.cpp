#include "standalone/client/keys.hpp"

#include "schemas/files.hpp"
#include "standalone/client/api_client.hpp"
#include "stores/reference/reference_data.hpp"

#include <fmt/format.h>

#include <exception>
#include <filesystem>

namespace zhida::standalone {

void add_key(const node::DataDirectory& directory, const NewKey& key) {
  const auto role = auth::role_named(key.role);
  if (!role) throw CommandFailed("no role " + key.role);
  const auto reference = stores::ReferenceData::read([](std::string_view name) { return schemas::file("reference/" + std::string(name)); });
  if (!reference.bureaus.contains(key.bureau)) throw CommandFailed("no bureau " + key.bureau + " in schemas/reference/bureaus.csv");
  if (!key.region.empty() && reference.regions.find(key.region) == nullptr) throw CommandFailed("no district or street " + key.region);
  auth::KeyRing ring(directory.keys());
  try {
    fmt::print("{}\n", ring.add(*role, key.bureau, key.region, key.id));
  } catch (const std::exception& error) {
    throw CommandFailed(error.what());
  }
}

void prepare_keys(const node::DataDirectory& directory, bool trial) {
  try {
    std::filesystem::create_directories(directory.path);
    if (trial)
      node::prepare(directory);
    else
      node::prepare_master_key(directory);
  } catch (const std::exception& error) {
    throw CommandFailed(error.what());
  }
  fmt::print("{}\n", directory.master_key().string());
  if (trial) fmt::print("{}\n{}\n", directory.keys().string(), directory.dev_keys().string());
}

void list_keys(const node::DataDirectory& directory) {
  const auth::KeyRing ring(directory.keys());
  for (const auto& principal : ring.principals())
    fmt::print("{:<24} {:<12} {:<6} {}\n", principal->key_id, auth::name_of(principal->role), principal->bureau, principal->region);
}

void remove_key(const node::DataDirectory& directory, const std::string& id) {
  auth::KeyRing ring(directory.keys());
  if (!ring.remove(id)) throw CommandFailed("no key " + id);
}

}  // namespace zhida::standalone
