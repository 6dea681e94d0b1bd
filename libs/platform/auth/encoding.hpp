#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace zhida::auth {

std::string base64(std::string_view bytes);     ///< RFC 4648 §4, padded
std::string base64url(std::string_view bytes);  ///< RFC 4648 §5, without padding
std::string hex(std::string_view bytes);        ///< lower case

// Decoders refuse (nullopt) foreign characters, wrong lengths, wrong padding and stray bits: one text per value.
std::optional<std::string> from_base64(std::string_view text);
std::optional<std::string> from_base64url(std::string_view text);
std::optional<std::string> from_hex(std::string_view text);  ///< either case

}  // namespace zhida::auth
