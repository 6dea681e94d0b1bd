#include "effect/problem.hpp"

#include <chrono>

namespace zhida::effect_service {

http::Problem not_readable() {
  return http::problems::unavailable(std::chrono::seconds(1), "the counters are being folded from the log.",
                                     "统计数据正在由日志重建，请稍后重试。");
}

}  // namespace zhida::effect_service
