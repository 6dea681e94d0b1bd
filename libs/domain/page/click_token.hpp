#pragma once

#include "domain/delivery/intent_id.hpp"
#include "domain/delivery/state.hpp"
#include "domain/enterprise/uscc.hpp"

#include <boost/system/result.hpp>

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace zhida::page {

using domain::Instant;

/// What a click link `/c/<token>` names: a link of a delivery, never a target; that is looked up.
struct ClickToken {
  std::uint8_t key_id = 0;  ///< which key signed it
  Instant expires;          ///< whole seconds; good until then
  delivery::IntentKey intent;
  enterprise::Uscc uscc;
  std::uint16_t link = 0;  ///< see links.hpp

  friend bool operator==(const ClickToken&, const ClickToken&) = default;
};

using Mac = std::array<std::uint8_t, 16>;

/// The first 16 bytes of HMAC-SHA-256 of `bytes` under key `key_id`; nothing if there is no such key (any more).
using MacFunction = std::function<std::optional<Mac>(std::uint8_t key_id, std::string_view bytes)>;

enum class TokenError {
  bad = 1,  ///< not a token, cut, forged or signed by a key that is no more
  expired,
};

/// base64url of: key id (1 byte), expiry (4, seconds since 1970), USCC (11), link, campaign, occurrence and channel (few bytes), MAC (16).
/// A usual token has 48 characters. Throws std::invalid_argument if there is no key `token.key_id` or the expiry lies outside 1970–2106.
std::string write_token(const ClickToken& token, const MacFunction& mac);

/// Compares MACs in constant time, and before anything else is believed. Errors: any TokenError.
boost::system::result<ClickToken> read_token(std::string_view text, const MacFunction& mac, Instant now);

boost::system::error_code make_error_code(TokenError error);

}  // namespace zhida::page

template <>
struct boost::system::is_error_code_enum<zhida::page::TokenError> : std::true_type {};
