#pragma once

#include "platform/http/request.hpp"
#include "platform/http/response.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace zhida::http {

/// `"<tag>"`; `tag` must hold no quote.
std::string etag(std::string_view tag);
std::string etag(std::uint64_t revision);

/// RFC 9110 weak comparison of If-None-Match with `current` (quoted): true = the client's copy is good.
bool not_modified(const Request& request, std::string_view current);

/// `respond 304` if the client's copy is good, else `response` with the ETag.
Response with_etag(const Request& request, Response response, std::string_view current);

enum class IfMatch : std::uint8_t { absent, holds, fails };
/// RFC 9110 strong comparison of If-Match with `current` (quoted; empty = the entity does not exist).
IfMatch check_if_match(const Request& request, std::string_view current);

/// Throws `Refused` with 428 if If-Match is absent and 412 if it fails.
void require_match(const Request& request, std::string_view current);

/// Throws `Refused` with 415 unless the request's media type is `expected` (parameters ignored; a charset must be UTF-8).
void require_content_type(const Request& request, std::string_view expected);

}  // namespace zhida::http
