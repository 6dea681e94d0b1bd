#pragma once

#include <cstdint>
#include <string_view>

namespace zhida::http {

enum class Verb : std::uint8_t { get, head, post, put, patch, delete_, options, other };

std::string_view name_of(Verb verb);  ///< e.g. `PATCH`; `other` gives `?`

enum class Status : std::uint16_t {
  ok = 200,
  created = 201,
  accepted = 202,
  no_content = 204,
  found = 302,
  see_other = 303,
  not_modified = 304,
  bad_request = 400,
  unauthorised = 401,
  forbidden = 403,
  not_found = 404,
  method_not_allowed = 405,
  not_acceptable = 406,
  request_timeout = 408,
  conflict = 409,
  gone = 410,
  precondition_failed = 412,
  content_too_large = 413,
  unsupported_media_type = 415,
  unprocessable = 422,
  precondition_required = 428,
  too_many_requests = 429,
  headers_too_large = 431,
  internal_error = 500,
  not_implemented = 501,
  unavailable = 503,
};

constexpr unsigned number(Status status) { return static_cast<unsigned>(status); }
std::string_view reason_of(Status status);  ///< e.g. `Not Found`

}  // namespace zhida::http
