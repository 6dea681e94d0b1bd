#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace zhida::cel {

/// Offset of the first byte that is not well-formed UTF-8 (surrogates and overlong forms are not); nothing when all is.
std::optional<std::size_t> first_invalid_utf8(std::string_view text);

/// Number of code points of well-formed text.
std::size_t count_code_points(std::string_view text);

/// Appends a code point; false when it is none (a surrogate, or beyond U+10FFFF).
bool append_utf8(std::string& text, std::uint32_t code_point);

}  // namespace zhida::cel
