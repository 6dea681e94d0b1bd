#include "page/request_values.hpp"

#include "stores/profiles/region_scope.hpp"

namespace zhida::page {

enterprise::Uscc read_uscc(std::string_view text, std::string_view name) {
  const auto uscc = enterprise::Uscc::parse(text);
  if (!uscc) throw http::Refused(problem_of(enterprise::uscc_error(text, "/" + std::string(name))));
  return *uscc;
}

enterprise::Uscc uscc_of(const http::Request& request) { return read_uscc(request.param("uscc"), "uscc"); }

void require_in_region(const http::Request& request, const stores::ProfileStore& profiles, const enterprise::Uscc& uscc) {
  const std::string& region = request.principal->region;
  if (region.empty()) return;
  if (!profiles.ready(profiles.partition_of(uscc))) throw http::Refused(not_ready());
  if (!stores::RegionScope(profiles, region).covers(uscc)) throw http::Refused(http::problems::not_found());
}

domain::Date asof_of(const http::Request& request, domain::Date today) {
  const auto text = request.query("asof");
  if (!text) return today;
  const auto date = domain::parse_date(*text);
  if (!date) http::refuse_parameter("asof", "date", "must be a date that exists, as YYYY-MM-DD.", "应为存在的日期，格式为YYYY-MM-DD。");
  return *date;
}

}  // namespace zhida::page
