#pragma once

#include "platform/http/request.hpp"

#include <string_view>

namespace zhida::effect_service {

/// The two forms a route answers in; the second is always csv.
struct Formats {
  std::string_view first;
  std::string_view second;
};

/// What `format` asks for, else what Accept prefers, else the first. Throws `http::Refused` with 422 for another format.
bool wants_csv(const http::Request& request, Formats known);

}  // namespace zhida::effect_service
