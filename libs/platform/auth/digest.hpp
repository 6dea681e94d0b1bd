#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace zhida::auth {

/// 32 bytes: a SHA-256 or HMAC-SHA-256 value, or a 256-bit key.
using Digest = std::array<std::uint8_t, 32>;

Digest sha256(std::string_view bytes);

/// SHA-256 of what comes in pieces.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  Sha256& update(std::string_view bytes);
  /// The digest of all since the construction or the last `finish`; begins anew.
  Digest finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

Digest hmac_sha256(std::string_view key, std::string_view message);

/// RFC 5869 extract-and-expand to `length` bytes (at most 8,160).
std::string hkdf_sha256(std::string_view secret, std::string_view salt, std::string_view info, std::size_t length);

/// Compares without telling by its time where two secrets differ; false at once if the lengths do.
bool equal_in_constant_time(std::string_view a, std::string_view b);

inline std::string_view bytes_of(const Digest& digest) { return {reinterpret_cast<const char*>(digest.data()), digest.size()}; }

}  // namespace zhida::auth
