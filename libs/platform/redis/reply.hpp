#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace zhida::redis {

/// A RESP2 reply. Built in place while it is parsed: owned, and no copy of hiredis' own.
struct Reply {
  enum class Kind : std::uint8_t { nil, integer, text, array, error };

  Kind kind = Kind::nil;
  std::int64_t integer = 0;  ///< for `integer`
  std::string text;          ///< for `text` (bulk or status, binary-safe) and `error`
  std::vector<Reply> items;  ///< for `array`

  bool is_nil() const { return kind == Kind::nil; }
  bool is_error() const { return kind == Kind::error; }
  /// An error whose first word is `code`, e.g. "NOSCRIPT", "LOADING", "OOM".
  bool is_error(std::string_view code) const {
    return is_error() && text.starts_with(code) && (text.size() == code.size() || text[code.size()] == ' ');
  }
};

}  // namespace zhida::redis
