#include "operator/query_values.hpp"

#include "platform/http/parameters.hpp"

namespace zhida::operators {
namespace {

constexpr std::size_t usual_sample = 20;
constexpr std::size_t largest_sample = 1000;

}  // namespace

std::size_t sample_of(const http::Request& request) {
  return http::number_parameter(request, "sample", 0, largest_sample).value_or(usual_sample);
}

domain::Date asof_of(const http::Request& request, domain::Date today) {
  const auto text = request.query("asof");
  if (!text) return today;
  const auto date = domain::parse_date(*text);
  if (!date) http::refuse_parameter("asof", "date", "must be a date that exists, as YYYY-MM-DD.", "应为存在的日期，格式为YYYY-MM-DD。");
  return *date;
}

}  // namespace zhida::operators
