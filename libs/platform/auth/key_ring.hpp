#pragma once

#include "platform/auth/digest.hpp"
#include "platform/auth/principal.hpp"

#include <boost/system/result.hpp>

#include <array>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace zhida::auth {

/// The API keys a process accepts, as SHA-256 hashes: neither the ring nor its file can give a key away.
///
/// File: `{"keys":[{"id","sha256","role","bureau","region"}]}`, mode 0600, replaced atomically.
/// Not thread-safe.
class KeyRing {
 public:
  /// Reads `file`; an absent file is an empty ring. Throws `std::runtime_error` with a sentence if it is malformed.
  explicit KeyRing(std::filesystem::path file);

  /// Who holds `key`; null for nobody. The answer stays valid when the ring is reloaded.
  std::shared_ptr<const Principal> find(std::string_view key) const;

  /// Makes a key for `role`, keeps its hash and saves the file. `id` must be new; empty = one is made.
  /// Returns the key: it is shown once and cannot be had again.
  std::string add(Role role, std::string bureau, std::string region = "", std::string id = "");
  bool remove(std::string_view id);

  /// Reads the file again if it changed on disk (time, size or inode); a malformed or vanished file leaves the ring as it is.
  /// True if the ring was renewed. Cheap enough for once a second.
  bool reload_if_changed();

  std::vector<std::shared_ptr<const Principal>> principals() const;
  std::size_t size() const { return keys_.size(); }

 private:
  struct Stamp {
    std::int64_t modified_ns = 0;
    std::int64_t size = -1;
    std::uint64_t inode = 0;
    bool operator==(const Stamp&) const = default;
  };
  struct HashOfDigest {
    std::size_t operator()(const Digest& digest) const;
  };
  using Keys = std::unordered_map<Digest, std::shared_ptr<const Principal>, HashOfDigest>;

  static Keys read(const std::filesystem::path& file);
  Stamp stamp() const;
  void save();

  std::filesystem::path file_;
  Keys keys_;
  Stamp stamp_;
};

/// A new API key: `zk_` and 256 random bits in base64url.
std::string make_key();

}  // namespace zhida::auth
