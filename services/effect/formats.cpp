#include "effect/formats.hpp"

#include "effect/problem.hpp"
#include "platform/http/parameters.hpp"

#include <string>

namespace zhida::effect_service {

bool wants_csv(const http::Request& request, Formats known) {
  if (const auto format = request.query("format")) {
    if (*format == known.second) return true;
    if (*format == known.first) return false;
    const std::string names = std::string(known.first).append(" or ").append(known.second);
    const std::string names_zh = std::string(known.first).append("或").append(known.second);
    http::refuse_parameter("format", "unknown", "format must be " + names + ".", "format应为" + names_zh + "。");
  }
  const std::string_view accept = request.header("Accept");
  const auto csv = accept.find("text/csv");
  return csv != std::string_view::npos && csv < accept.find("json");
}

}  // namespace zhida::effect_service
