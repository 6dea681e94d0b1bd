#pragma once

#include "domain/date_time.hpp"
#include "domain/enterprise/uscc.hpp"
#include "platform/auth/aes_gcm.hpp"
#include "platform/log/record.hpp"
#include "stores/profiles/profile_store.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace zhida::operators {

/// Seals and opens what is personal about an enterprise, under a data key of its own that is kept wrapped by the master key.
///
/// A data key is made when an enterprise first needs one and recorded in `vault` in front of what it seals; its tombstone makes that
/// unreadable for ever.
class Sealer {
 public:
  Sealer(const auth::Digest& master_key, const stores::ProfileStore& profiles);

  /// Base64 of `text` sealed for `uscc`. A new data key's record is added to `records`.
  std::string seal(const enterprise::Uscc& uscc, std::string_view text, domain::Instant now, std::vector<log::NewRecord>& records);

  /// What `seal` sealed; nothing if the key was destroyed or the bytes are damaged.
  std::optional<std::string> open(const enterprise::Uscc& uscc, std::string_view sealed_base64);

  /// Forgets keys whose records were not written, so that nothing more is sealed under them; or those the store has meanwhile.
  void written(bool failed);

 private:
  std::optional<auth::Digest> data_key(const enterprise::Uscc& uscc);

  auth::AesGcm master_;
  std::string master_id_;
  const stores::ProfileStore& profiles_;
  std::unordered_map<enterprise::Uscc, auth::Digest> fresh_;  // made here, not yet seen in the store
};

}  // namespace zhida::operators
