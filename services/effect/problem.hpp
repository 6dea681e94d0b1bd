#pragma once

#include "platform/http/problem.hpp"

#include <string>
#include <string_view>

namespace zhida::effect_service {

/// 503: what is asked for cannot be read now, because it is being folded from the log or Redis is gone.
http::Problem not_readable();

/// 422 about a query parameter.
http::Problem bad_parameter(std::string_view name, std::string code, std::string detail, std::string detail_zh);

}  // namespace zhida::effect_service
