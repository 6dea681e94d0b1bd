#pragma once

#include "platform/http/problem.hpp"

namespace zhida::effect_service {

/// 503: what is asked for cannot be read now, because it is being folded from the log or Redis is gone.
http::Problem not_readable();

}  // namespace zhida::effect_service
