#include "operator/intake/sealer.hpp"

#include "contracts/topics.hpp"
#include "contracts/vault/vault_key.hpp"
#include "platform/auth/encoding.hpp"
#include "platform/auth/random.hpp"

#include <algorithm>
#include <utility>

namespace zhida::operators {
namespace {

/// Names a master key without giving anything of it away.
std::string id_of(const auth::Digest& master_key) {
  return auth::hex(auth::hkdf_sha256(auth::bytes_of(master_key), "", "zhida master key id", 8));
}

}  // namespace

Sealer::Sealer(const auth::Digest& master_key, const stores::ProfileStore& profiles)
    : master_(master_key), master_id_(id_of(master_key)), profiles_(profiles) {}

std::string Sealer::seal(const enterprise::Uscc& uscc, std::string_view text, domain::Instant now, std::vector<log::NewRecord>& records) {
  std::optional<auth::Digest> key = data_key(uscc);
  if (!key) {
    key = auth::random_key();
    fresh_.emplace(uscc, *key);
    contracts::VaultKey event;
    event.uscc = uscc;
    event.wrapped = auth::base64(master_.seal(auth::bytes_of(*key), uscc.text()));
    event.master_key = master_id_;
    event.created_at = now;
    log::NewRecord& record = records.emplace_back();
    record.topic = contracts::topics::vault;
    record.partition = profiles_.partition_of(uscc);
    record.key = uscc.text();
    record.value = contracts::to_json(event);
    record.event = log::CloudEvent{"vault/" + record.key, std::string(contracts::VaultKey::type), "/operator", now.time_since_epoch().count()};
  }
  auth::AesGcm cipher(*key);
  return auth::base64(cipher.seal(text, uscc.text()));
}

std::optional<std::string> Sealer::open(const enterprise::Uscc& uscc, std::string_view sealed_base64) {
  const auto sealed = auth::from_base64(sealed_base64);
  const auto key = data_key(uscc);
  if (!sealed || !key) return std::nullopt;
  auth::AesGcm cipher(*key);
  return cipher.open(*sealed, uscc.text());
}

void Sealer::written(bool failed) {
  if (failed)
    fresh_.clear();
  else
    std::erase_if(fresh_, [this](const auto& entry) { return !profiles_.vault_key(entry.first).empty(); });
}

std::optional<auth::Digest> Sealer::data_key(const enterprise::Uscc& uscc) {
  if (const auto made = fresh_.find(uscc); made != fresh_.end()) return made->second;
  const std::string_view json = profiles_.vault_key(uscc);
  if (json.empty()) return std::nullopt;
  const auto event = contracts::vault_key_from_json(json);
  if (event.has_error()) return std::nullopt;
  const auto wrapped = auth::from_base64(event->wrapped);
  const auto key = wrapped ? master_.open(*wrapped, uscc.text()) : std::nullopt;
  auth::Digest digest{};
  if (!key || key->size() != digest.size()) return std::nullopt;
  std::ranges::copy(*key, reinterpret_cast<char*>(digest.data()));
  return digest;
}

}  // namespace zhida::operators
