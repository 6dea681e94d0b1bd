#pragma once

#include "stores/profiles/changed_rows.hpp"
#include "stores/profiles/profile_store.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace zhida::stores {

struct StoredDetermination {
  enterprise::Determination determination;
  std::uint64_t offset = 0;  ///< of its record
};

/// What became of an enterprise's keys before the one that counts.
struct VaultPast {
  std::vector<std::string> replaced;  ///< without an erasure since, the newest last
  std::uint32_t erasures = 0;
};

/// One partition of ProfileStore.
struct ProfileStore::Partition {
  ProfileRows rows;
  std::unordered_map<Row, std::vector<StoredDetermination>> determinations;
  std::unordered_map<Row, VaultPast> vault_past;  ///< of the few that have one
  ChangedRows changed;
  log::Offset profiles_next = 0;
  log::Offset vault_next = 0;
  std::optional<log::Offset> profiles_target, vault_target;  ///< the log's ends when folding began
  std::vector<DeadLetters::Input> letters;                   ///< not yet quarantined
  bool ready = false;
  std::weak_ptr<void> running;  ///< lives as long as its `run`
};

}  // namespace zhida::stores
