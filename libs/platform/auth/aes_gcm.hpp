#pragma once

#include "platform/auth/digest.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace zhida::auth {

/// AES-256-GCM under one key: seals small values so that they can be neither read nor changed without it.
///
/// Sealed form: 12-byte nonce | ciphertext | 16-byte tag. Nonces are a random 8-byte prefix per object and a 4-byte counter; the prefix is
/// renewed before the counter wraps. Keeps its cipher contexts, so a seal costs no set-up. Not thread-safe: one object per thread.
class AesGcm {
 public:
  static constexpr std::size_t overhead = 28;  ///< bytes a sealed value is longer

  explicit AesGcm(const Digest& key);
  /// Goes on under another key, with the same contexts: for whoever seals a little under each of many keys.
  void rekey(const Digest& key);
  ~AesGcm();
  AesGcm(AesGcm&&) noexcept;
  AesGcm& operator=(AesGcm&&) noexcept;

  /// `context` is not stored but must be the same to open: it binds a value to its place (e.g. the enterprise's id).
  std::string seal(std::string_view plain, std::string_view context = {});
  /// The plain bytes; nullopt if `sealed` is truncated, was changed, or belongs to another key or context.
  std::optional<std::string> open(std::string_view sealed, std::string_view context = {});

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace zhida::auth
