#pragma once

#include "domain/page/click_token.hpp"

#include <boost/system/result.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace zhida::page {

/// Writes and reads the tokens of click links `/c/<token>` under one key.
class LinkSigner {
 public:
  static constexpr std::uint8_t key_id = 1;  ///< of the tokens it writes and reads

  /// `key`: 32 secret bytes, else throws `std::invalid_argument`. A token is good for at least half of `lifetime` after it was written,
  /// at most for all of it.
  LinkSigner(std::string_view key, std::chrono::seconds lifetime);
  LinkSigner(const LinkSigner&) = delete;

  /// When links of something delivered at `delivered_at` expire, if written at `now`. It moves on in steps of half a lifetime, so that
  /// an inbox read twice has the same bytes.
  Instant expiry(Instant delivered_at, Instant now) const;

  /// `token.key_id` must be ours.
  std::string write(const ClickToken& token) const { return write_token(token, mac_); }
  /// Errors: any TokenError.
  boost::system::result<ClickToken> read(std::string_view text, Instant now) const { return read_token(text, mac_, now); }

  /// Names the key without telling it: answers that hold tokens differ when it does.
  std::uint64_t fingerprint() const { return fingerprint_; }

 private:
  Mac sign(std::string_view bytes) const;

  // RFC 2104: the key padded to a block of SHA-256, in both its masks.
  std::array<char, 64> inner_{}, outer_{};
  std::chrono::seconds lifetime_;
  std::uint64_t fingerprint_ = 0;
  MacFunction mac_;
};

}  // namespace zhida::page
