#pragma once

#include "domain/date_time.hpp"
#include "platform/http/request.hpp"

#include <cstddef>

namespace zhida::operators {

/// `sample`, 0 to 1000: how many enterprises to name; 20 if it is absent. Throws `http::Refused` with 422.
std::size_t sample_of(const http::Request& request);

/// `asof`, a date; `today` if it is absent. Throws `http::Refused` with 422.
domain::Date asof_of(const http::Request& request, domain::Date today);

}  // namespace zhida::operators
