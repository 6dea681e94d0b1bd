#include "node/asof.hpp"

#include "platform/http/parameters.hpp"

namespace zhida::node {

domain::Date asof_of(const http::Request& request, domain::Date today) {
  const auto text = request.query("asof");
  if (!text) return today;
  const auto date = domain::parse_date(*text);
  if (!date) http::refuse_parameter("asof", "date", "must be a date that exists, as YYYY-MM-DD.", "应为存在的日期，格式为YYYY-MM-DD。");
  return *date;
}

}  // namespace zhida::node
