#pragma once

#include <string_view>

namespace zhida::http {

/// Well-formed UTF-8 (Unicode table 3-7): no overlong forms, surrogates, or code points beyond U+10FFFF.
bool is_utf8(std::string_view text);

}  // namespace zhida::http
