#include "operator/problem.hpp"

#include <fmt/format.h>

namespace zhida::operators {

http::Problem problem_of(const domain::FieldErrors& errors) { return http::problems::of_body(errors); }

domain::FieldErrors errors_of(std::span<const cel::Diagnostic> diagnostics, const std::string& pointer) {
  domain::FieldErrors errors;
  for (const cel::Diagnostic& each : diagnostics)
    errors.push_back({pointer, std::string(cel::to_string(each.problem)),
                      fmt::format("line {}, column {} (offset {}): {}", each.line, each.column, each.offset, each.message_en),
                      fmt::format("第{}行第{}列（偏移{}）：{}", each.line, each.column, each.offset, each.message_zh)});
  return errors;
}

http::Problem profiles_not_ready() {
  return http::problems::unavailable(std::chrono::seconds(1), "profiles are being folded from the log.", "企业画像正在由日志重建。");
}

}  // namespace zhida::operators
