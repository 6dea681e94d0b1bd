#pragma once

#include "domain/field_error.hpp"
#include "platform/http/problem.hpp"

namespace zhida::page {

/// 400 if the text is no JSON (code `malformed`), else 422 with every error.
http::Problem problem_of(const domain::FieldErrors& errors);

/// 422 with one error.
http::Problem problem_of(domain::FieldError error);

/// 503: what is asked for is still being folded, or cannot be reached.
http::Problem not_ready();

}  // namespace zhida::page
