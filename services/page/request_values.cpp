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

}  // namespace zhida::page
