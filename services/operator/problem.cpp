#include "operator/problem.hpp"

#include <fmt/format.h>

namespace zhida::operators {

json::FieldErrors to_json_errors(const domain::FieldErrors& errors) {
  json::FieldErrors converted;
  converted.reserve(errors.size());
  for (const domain::FieldError& error : errors) converted.push_back({error.pointer, error.code, error.detail, error.detail_zh});
  return converted;
}

http::Problem problem_of(const domain::FieldErrors& errors) {
  if (!errors.empty() && errors.front().code == "malformed") return http::problems::bad_request(errors.front().detail, errors.front().detail_zh);
  return http::problems::invalid(to_json_errors(errors));
}

domain::FieldErrors errors_of(std::span<const cel::Diagnostic> diagnostics, const std::string& pointer) {
  domain::FieldErrors errors;
  for (const cel::Diagnostic& each : diagnostics)
    errors.push_back({pointer, std::string(cel::to_string(each.problem)),
                      fmt::format("line {}, column {} (offset {}): {}", each.line, each.column, each.offset, each.message_en),
                      fmt::format("第{}行第{}列（偏移{}）：{}", each.line, each.column, each.offset, each.message_zh)});
  return errors;
}

}  // namespace zhida::operators
