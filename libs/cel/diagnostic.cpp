#include "cel/diagnostic.hpp"

#include "cel/utf8.hpp"

#include <algorithm>

namespace zhida::cel {

std::string_view to_string(Problem problem) {
  switch (problem) {
    case Problem::too_long:
      return "too_long";
    case Problem::bad_encoding:
      return "bad_encoding";
    case Problem::bad_token:
      return "bad_token";
    case Problem::syntax:
      return "syntax";
    case Problem::unknown_name:
      return "unknown_name";
    case Problem::type_mismatch:
      return "type_mismatch";
    case Problem::unknown_literal:
      return "unknown_literal";
    case Problem::bad_literal:
      return "bad_literal";
    case Problem::unsupported:
      return "unsupported";
  }
  return "";
}

void Diagnostics::add(Span where, Problem problem, std::string en, std::string zh, std::string suggestion) {
  constexpr std::size_t most = 20;
  if (found_.size() >= most) return;
  const std::string_view before = text_.substr(0, where.begin);
  const std::size_t line_start = before.rfind('\n') + 1;
  Diagnostic diagnostic;
  diagnostic.offset = where.begin;
  diagnostic.line = static_cast<std::uint32_t>(1 + std::ranges::count(before, '\n'));
  diagnostic.column = static_cast<std::uint32_t>(1 + count_code_points(before.substr(line_start)));
  diagnostic.problem = problem;
  diagnostic.message_en = std::move(en);
  diagnostic.message_zh = std::move(zh);
  diagnostic.suggestion = std::move(suggestion);
  found_.push_back(std::move(diagnostic));
}

std::vector<Diagnostic> Diagnostics::take() {
  std::ranges::stable_sort(found_, {}, &Diagnostic::offset);
  return std::move(found_);
}

}  // namespace zhida::cel
