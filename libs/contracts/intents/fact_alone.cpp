#include "contracts/intents/fact_alone.hpp"

#include <cstddef>

namespace zhida::contracts {
namespace {

/// Place behind the object that begins at `at`; npos if there is none.
std::size_t behind_object(std::string_view json, std::size_t at) {
  if (at >= json.size() || json[at] != '{') return std::string_view::npos;
  std::size_t depth = 0;
  bool in_text = false;
  for (; at < json.size(); ++at) {
    const char c = json[at];
    if (in_text) {
      if (c == '\\')
        ++at;
      else if (c == '"')
        in_text = false;
    } else if (c == '"') {
      in_text = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if ((c == '}' || c == ']') && --depth == 0) {
      return at + 1;
    }
  }
  return std::string_view::npos;
}

}  // namespace

std::optional<std::string> fact_alone(std::string_view block, std::uint16_t index) {
  // Within a text the second quote would have a backslash before it.
  constexpr std::string_view opening = R"("facts":[)";
  const std::size_t found = block.find(opening);
  if (found == std::string_view::npos) return std::nullopt;
  const std::size_t facts = found + opening.size();
  std::size_t begin = facts, end = behind_object(block, begin);
  for (std::uint16_t i = 0; i < index; ++i) {
    if (end >= block.size() || block[end] != ',') return std::nullopt;
    begin = end + 1;
    end = behind_object(block, begin);
  }
  if (end == std::string_view::npos) return std::nullopt;
  std::string alone(block.substr(0, facts));
  alone.append(block.substr(begin, end - begin)).append("]}");
  return alone;
}

}  // namespace zhida::contracts
