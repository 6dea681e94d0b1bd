#pragma once

#include "platform/http/request.hpp"

#include <cstddef>

namespace zhida::operators {

/// `sample`, 0 to 1000: how many enterprises to name; 20 if it is absent. Throws `http::Refused` with 422.
std::size_t sample_of(const http::Request& request);

}  // namespace zhida::operators
