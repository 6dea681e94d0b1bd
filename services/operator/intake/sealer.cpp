#include "operator/intake/sealer.hpp"

#include "contracts/topics.hpp"
#include "contracts/vault/vault_key.hpp"
#include "platform/auth/encoding.hpp"

#include <algorithm>
#include <utility>

namespace zhida::operators {
namespace {

constexpr std::size_t worth_looking = 4'096;

/// Names a master key without giving anything of it away.
std::string id_of(const auth::Digest& master_key) {
  return auth::hex(auth::hkdf_sha256(auth::bytes_of(master_key), "", "zhida master key id", 8));
}

}  // namespace

NameSealer::NameSealer(const auth::Digest& master_key) : master_(master_key), master_id_(id_of(master_key)), data_(auth::Digest{}) {}

std::optional<std::string> NameSealer::seal(const enterprise::Uscc& uscc, std::string_view name, const NameSealing& with) {
  data_.rekey(with.key);
  if (!with.known.empty())
    if (const auto sealed = auth::from_base64(with.known); sealed && data_.open(*sealed, uscc.text()) == name) return std::nullopt;
  return auth::base64(data_.seal(name, uscc.text()));
}

log::NewRecord NameSealer::key_record(const enterprise::Uscc& uscc, const auth::Digest& key, std::int32_t partition, domain::Instant now) {
  contracts::VaultKey event;
  event.uscc = uscc;
  event.wrapped = auth::base64(master_.seal(auth::bytes_of(key), uscc.text()));
  event.master_key = master_id_;
  event.created_at = now;
  log::NewRecord record;
  record.topic = contracts::topics::vault;
  record.partition = partition;
  record.key = uscc.text();
  record.value = contracts::to_json(event);
  record.event =
      log::CloudEvent{"vault/" + record.key, std::string(contracts::VaultKey::type), "/operator", now.time_since_epoch().count()};
  return record;
}

Sealer::Sealer(const auth::Digest& master_key, const stores::ProfileStore& profiles)
    : master_key_(master_key), master_(master_key), profiles_(profiles), look_at_(worth_looking) {}

NameSealing Sealer::prepare(const enterprise::Uscc& uscc) {
  NameSealing sealing;
  const stores::SealedParts stored = profiles_.sealed(uscc);
  if (const auto key = stored_key(stored.vault_key, uscc)) {
    sealing.key = *key;
    sealing.known = stored.name;
    return sealing;
  }
  sealing.key_is_fresh = true;
  const auto [place, is_new] = fresh_.try_emplace(uscc);
  Fresh& fresh = place->second;
  // One from before an erasure would bring back what was erased.
  if (is_new || fresh.erasures != stored.erasures) fresh = {random_.key(), stored.erasures};
  sealing.key = fresh.key;
  return sealing;
}

std::optional<std::string> Sealer::open(const enterprise::Uscc& uscc, std::string_view sealed_base64) {
  const auto sealed = auth::from_base64(sealed_base64);
  if (!sealed) return std::nullopt;
  const stores::SealedParts stored = profiles_.sealed(uscc);
  auto opened = open_with(stored.vault_key, uscc, *sealed);
  for (std::size_t i = stored.replaced_keys.size(); !opened && i-- > 0;) opened = open_with(stored.replaced_keys[i], uscc, *sealed);
  return opened;
}

std::optional<std::string> Sealer::seal_again(const enterprise::Uscc& uscc) {
  const stores::SealedParts stored = profiles_.sealed(uscc);
  const auto key = stored_key(stored.vault_key, uscc);
  const auto sealed = auth::from_base64(stored.name);
  if (!key || !sealed || stored.replaced_keys.empty() || open_with(stored.vault_key, uscc, *sealed)) return std::nullopt;
  const auto name = open(uscc, stored.name);
  if (!name) return std::nullopt;
  auth::AesGcm cipher(*key);
  return auth::base64(cipher.seal(*name, uscc.text()));
}

std::optional<std::string> Sealer::open_with(std::string_view vault_json, const enterprise::Uscc& uscc, std::string_view sealed) {
  const auto key = stored_key(vault_json, uscc);
  if (!key) return std::nullopt;
  auth::AesGcm cipher(*key);
  return cipher.open(sealed, uscc.text());
}

void Sealer::written(bool failed) {
  if (failed)
    fresh_.clear();
  else if (fresh_.size() >= look_at_)
    forget_stored();
}

void Sealer::forget_stored() {
  std::erase_if(fresh_, [this](const auto& entry) { return !profiles_.sealed(entry.first).vault_key.empty(); });
  look_at_ = std::max(worth_looking, 2 * fresh_.size());
}

std::optional<auth::Digest> Sealer::stored_key(std::string_view vault_json, const enterprise::Uscc& uscc) {
  if (vault_json.empty()) return std::nullopt;
  const auto event = contracts::vault_key_from_json(vault_json);
  if (event.has_error()) return std::nullopt;
  const auto wrapped = auth::from_base64(event->wrapped);
  const auto key = wrapped ? master_.open(*wrapped, uscc.text()) : std::nullopt;
  auth::Digest digest{};
  if (!key || key->size() != digest.size()) return std::nullopt;
  std::ranges::copy(*key, reinterpret_cast<char*>(digest.data()));
  return digest;
}

}  // namespace zhida::operators
