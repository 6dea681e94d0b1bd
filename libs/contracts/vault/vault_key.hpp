#pragma once

#include "contracts/json.hpp"
#include "domain/enterprise/uscc.hpp"

#include <string>
#include <string_view>

namespace zhida::contracts {

/// The data key under which an enterprise's names and contacts are sealed. Topic `vault`, key uscc, compacted; an empty record is its
/// tombstone: what was sealed can never be read again. Of several the last counts. Schema: schemas/events/vault_key.v1.json
struct VaultKey {
  static constexpr std::string_view type = "zhida.vault.key.v1";

  enterprise::Uscc uscc;
  std::string wrapped;     ///< base64 of the key sealed under a master key
  std::string master_key;  ///< id of that master key
  Instant created_at{};

  friend bool operator==(const VaultKey&, const VaultKey&) = default;
};

std::string to_json(const VaultKey& event);
Checked<VaultKey> vault_key_from_json(std::string_view json);

}  // namespace zhida::contracts
