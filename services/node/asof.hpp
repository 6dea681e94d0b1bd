#pragma once

#include "domain/date_time.hpp"
#include "platform/http/request.hpp"

namespace zhida::node {

/// The evaluation date that `?asof=` names; `today` if there is none. Throws `http::Refused` with 422 for a date that does not exist.
domain::Date asof_of(const http::Request& request, domain::Date today);

}  // namespace zhida::node
