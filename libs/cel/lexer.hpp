#pragma once

#include "cel/diagnostic.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace zhida::cel {

enum class TokenKind : std::uint8_t {
  end,
  identifier,
  integer,
  real,
  string,
  true_word,
  false_word,
  null_word,
  in_word,
  reserved_word,  ///< `while`, `package`, …: the name of a member at most
  dot,
  comma,
  colon,
  question,
  left_paren,
  right_paren,
  left_bracket,
  right_bracket,
  left_brace,
  right_brace,
  and_and,
  or_or,
  bang,
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  plus,
  minus,
  star,
  slash,
  percent,
};

struct Token {
  TokenKind kind = TokenKind::end;
  Span span;
  std::uint64_t integer = 0;  ///< magnitude of an integer literal
  double real = 0;
  std::string text;  ///< of a string literal, escapes resolved
};

/// The double nearest to a number as written; nothing when that is infinite. What is too small becomes 0 or the smallest one, as in C.
std::optional<double> real_number(std::string_view text);

/// The tokens of `text` (well-formed UTF-8), the last of kind `end`. What is no token is reported and left out.
std::vector<Token> tokenise(std::string_view text, Diagnostics& diagnostics);

}  // namespace zhida::cel
