#pragma once

#include "cel/diagnostic.hpp"
#include "domain/field_error.hpp"
#include "platform/http/problem.hpp"

#include <span>
#include <string>
#include <vector>

namespace zhida::operators {

/// 400 if the text is no JSON (code `malformed`), else 422 with every error.
http::Problem problem_of(const domain::FieldErrors& errors);

/// Mistakes in a rule or formula that stands at `pointer`: one error each, with offset, line and column in its text.
domain::FieldErrors errors_of(std::span<const cel::Diagnostic> diagnostics, const std::string& pointer);

/// 503: not every enterprise can be looked at now.
http::Problem profiles_not_ready();

}  // namespace zhida::operators
