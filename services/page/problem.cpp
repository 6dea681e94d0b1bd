#include "page/problem.hpp"

#include <utility>

namespace zhida::page {

http::Problem problem_of(const domain::FieldErrors& errors) {
  if (!errors.empty() && errors.front().code == "malformed")
    return http::problems::bad_request(errors.front().detail, errors.front().detail_zh);
  json::FieldErrors converted;
  converted.reserve(errors.size());
  for (const domain::FieldError& error : errors) converted.push_back({error.pointer, error.code, error.detail, error.detail_zh});
  return http::problems::invalid(std::move(converted));
}

http::Problem problem_of(domain::FieldError error) {
  domain::FieldErrors errors;
  errors.push_back(std::move(error));
  return problem_of(errors);
}

http::Problem not_ready() {
  return http::problems::unavailable(std::chrono::seconds(1), "the state behind this is being rebuilt; try again.",
                                     "所需数据正在重建，请稍后重试。");
}

}  // namespace zhida::page
