#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace zhida::page {

/// RFC 4648 §5 without padding.
std::string to_base64url(std::string_view bytes);

/// Nothing for other characters, padding, an impossible length or bits behind the last byte: every byte string has one spelling.
std::optional<std::string> from_base64url(std::string_view text);

}  // namespace zhida::page
