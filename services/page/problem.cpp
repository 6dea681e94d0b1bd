#include "page/problem.hpp"

#include <utility>

namespace zhida::page {

http::Problem problem_of(const domain::FieldErrors& errors) { return http::problems::of_body(errors); }

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
