#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace zhida::cel {

enum class Problem : std::uint8_t {
  too_long,         ///< text, list, pattern or nesting beyond a limit
  bad_encoding,     ///< the text is not UTF-8
  bad_token,        ///< a character or literal the language does not have
  syntax,           ///< a token where another is needed
  unknown_name,     ///< no such variable, attribute or function
  type_mismatch,    ///< operands or arguments of the wrong type
  unknown_literal,  ///< a value that the vocabulary or code table does not have
  bad_literal,      ///< a literal that cannot be converted (a date that does not exist, a pattern that does not compile)
  unsupported,      ///< CEL, but outside the typed subset
};

/// The stable name of a problem: `unknown_name`.
std::string_view to_string(Problem problem);

/// One mistake in a text, for a person who reads English or Chinese.
struct Diagnostic {
  std::uint32_t offset = 0;  ///< in bytes from the start of the text
  std::uint32_t line = 1;    ///< from 1
  std::uint32_t column = 1;  ///< from 1, in code points
  Problem problem = Problem::syntax;
  std::string message_en;
  std::string message_zh;
  std::string suggestion;  ///< nearest known name or a better spelling; empty when there is none
};

/// Half-open range of bytes in the text.
struct Span {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

/// Collects the mistakes of one text and finds their line and column. Keeps the first twenty.
class Diagnostics {
 public:
  explicit Diagnostics(std::string_view text) : text_(text) {}
  void add(Span where, Problem problem, std::string en, std::string zh, std::string suggestion = {});
  std::size_t size() const { return found_.size(); }
  bool empty() const { return found_.empty(); }
  /// In the order of the text.
  std::vector<Diagnostic> take();

 private:
  std::string_view text_;
  std::vector<Diagnostic> found_;
};

}  // namespace zhida::cel
