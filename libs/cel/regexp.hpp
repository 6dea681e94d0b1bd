#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace zhida::cel {

/// A pattern ready to match, of RE2's syntax; memory is bounded, time is linear in the text.
std::unique_ptr<const re2::RE2> compile_pattern(std::string_view pattern);

/// Whether the pattern occurs in the text.
bool matches(const re2::RE2& pattern, std::string_view text);

struct PatternMistake {
  std::string message_en;
  std::string message_zh;
};

/// Why a pattern is refused: too long, wrong, or too costly.
std::optional<PatternMistake> check_pattern(std::string_view pattern);

}  // namespace zhida::cel
