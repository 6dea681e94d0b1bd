#include "effect/problem.hpp"

#include <chrono>
#include <utility>

namespace zhida::effect_service {

http::Problem not_readable() {
  return http::problems::unavailable(std::chrono::seconds(1), "the counters are being folded from the log.",
                                     "统计数据正在由日志重建，请稍后重试。");
}

http::Problem bad_parameter(std::string_view name, std::string code, std::string detail, std::string detail_zh) {
  json::FieldErrors errors;
  errors.push_back({"?" + std::string(name), std::move(code), std::move(detail), std::move(detail_zh)});
  return http::problems::invalid(std::move(errors));
}

}  // namespace zhida::effect_service
