#pragma once

#include "platform/http/status.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace zhida::http {

inline constexpr std::string_view json_type = "application/json";
inline constexpr std::string_view problem_type = "application/problem+json";
inline constexpr std::string_view ndjson_type = "application/x-ndjson";
inline constexpr std::string_view csv_type = "text/csv; charset=utf-8";
inline constexpr std::string_view html_type = "text/html; charset=utf-8";

/// A complete answer. Content-Length, Date, traceparent and the security headers are added by the server.
struct Response {
  Status status = Status::ok;
  std::string_view content_type = json_type;                      ///< a literal; sent only with a body
  std::vector<std::pair<std::string_view, std::string>> headers;  ///< names are literals; values must hold no CR or LF
  std::string body;
  std::string_view cache_control = "no-store";  ///< a literal

  Response() = default;
  explicit Response(Status code) : status(code) {}
  Response(Status code, std::string text, std::string_view type = json_type) : status(code), content_type(type), body(std::move(text)) {}

  Response& set(std::string_view name, std::string value) & {
    headers.emplace_back(name, std::move(value));
    return *this;
  }
  Response&& set(std::string_view name, std::string value) && { return std::move(set(name, std::move(value))); }
};

/// 200 with a JSON text.
inline Response ok(std::string json) { return Response(Status::ok, std::move(json)); }
inline Response redirect(std::string location, Status status = Status::found) {
  Response response(status);
  response.set("Location", std::move(location));
  return response;
}

}  // namespace zhida::http
