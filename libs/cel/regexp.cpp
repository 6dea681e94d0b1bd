#include "cel/regexp.hpp"

#include "cel/limits.hpp"

#include <re2/re2.h>

namespace zhida::cel {
namespace {

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

std::unique_ptr<const re2::RE2> compile_pattern(std::string_view pattern) {
  constexpr std::int64_t memory = std::int64_t{1} << 20;
  re2::RE2::Options options(re2::RE2::Quiet);
  options.set_max_mem(memory);
  return std::make_unique<const re2::RE2>(piece(pattern), options);
}

bool matches(const re2::RE2& pattern, std::string_view text) { return re2::RE2::PartialMatch(piece(text), pattern); }

std::optional<PatternMistake> check_pattern(std::string_view pattern) {
  if (pattern.size() > most_pattern_bytes)
    return PatternMistake{"the pattern is longer than " + std::to_string(most_pattern_bytes) + " bytes",
                          "正则表达式超过" + std::to_string(most_pattern_bytes) + "字节"};
  const auto compiled = compile_pattern(pattern);
  const bool too_large = compiled->error_code() == re2::RE2::ErrorPatternTooLarge || compiled->error_code() == re2::RE2::ErrorRepeatSize;
  if (too_large || (compiled->ok() && compiled->ProgramSize() > most_pattern_steps))
    return PatternMistake{"the pattern is too costly to match: it repeats too much", "正则表达式的重复次数过多，匹配代价过高"};
  if (!compiled->ok())
    return PatternMistake{"the pattern is not a regular expression: " + compiled->error(), "正则表达式有误：" + compiled->error()};
  return std::nullopt;
}

}  // namespace zhida::cel
