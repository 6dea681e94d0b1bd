#pragma once

#include "domain/date_time.hpp"
#include "domain/enterprise/uscc.hpp"
#include "platform/auth/aes_gcm.hpp"
#include "platform/auth/random.hpp"
#include "platform/log/record.hpp"
#include "stores/profiles/profile_store.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace zhida::operators {

/// What sealing a name needs of what is known.
struct NameSealing {
  auth::Digest key{};         ///< the enterprise's data key
  bool key_is_fresh = false;  ///< made here and not yet seen in the store: its record goes along with whatever it seals
  std::string known;          ///< what is sealed now, base64; empty = nothing
};

/// Seals names under data keys, and wraps these. Knows nothing that changes; for one thread at a time.
class NameSealer {
 public:
  explicit NameSealer(const auth::Digest& master_key);

  /// Base64 of `name` sealed for `uscc`; nothing if that is what is known.
  std::optional<std::string> seal(const enterprise::Uscc& uscc, std::string_view name, const NameSealing& with);

  /// The record of a data key, for partition `partition` of `vault`.
  log::NewRecord key_record(const enterprise::Uscc& uscc, const auth::Digest& key, std::int32_t partition, domain::Instant now);

 private:
  auth::AesGcm master_;
  std::string master_id_;
  auth::AesGcm data_;  // under the key of the enterprise in hand
};

/// The data keys of enterprises, kept wrapped by the master key. One is made when an enterprise first needs it, and recorded in `vault`
/// in front of what it seals; its tombstone makes that unreadable for ever.
///
/// Two processes may make a key for the same enterprise in the same moment. The one recorded last counts; what is sealed under the other
/// is read with that until it is sealed again, see Resealer.
class Sealer {
 public:
  Sealer(const auth::Digest& master_key, const stores::ProfileStore& profiles);

  /// For a name that came for `uscc`.
  NameSealing prepare(const enterprise::Uscc& uscc);

  /// A sealer for another thread.
  NameSealer name_sealer() const { return NameSealer(master_key_); }

  /// What was sealed; nothing if the key was destroyed or the bytes are damaged.
  std::optional<std::string> open(const enterprise::Uscc& uscc, std::string_view sealed_base64);

  /// The name of `uscc`, base64, sealed under the key that counts; nothing unless it is sealed under one that was replaced.
  std::optional<std::string> seal_again(const enterprise::Uscc& uscc);

  /// Records of keys were written, or failed: then their keys are forgotten, so that nothing more is sealed under them.
  void written(bool failed);

  /// Forgets the keys that the store has meanwhile.
  void forget_stored();

 private:
  struct Fresh {
    auth::Digest key{};
    std::uint32_t erasures = 0;  // before it was made
  };

  std::optional<auth::Digest> stored_key(std::string_view vault_json, const enterprise::Uscc& uscc);
  std::optional<std::string> open_with(std::string_view vault_json, const enterprise::Uscc& uscc, std::string_view sealed);

  auth::Digest master_key_;
  auth::AesGcm master_;
  auth::RandomBuffer random_;
  const stores::ProfileStore& profiles_;
  std::unordered_map<enterprise::Uscc, Fresh> fresh_;  // made here, not yet seen in the store
  std::size_t look_at_ = 0;                            // how many of them are worth looking through
};

}  // namespace zhida::operators
