#include "page/request_values.hpp"

#include "stores/profiles/region_scope.hpp"

#include <charconv>
#include <utility>

namespace zhida::page {

constexpr std::size_t most_per_page = 1000;
constexpr std::size_t usual_page = 50;

void refuse_parameter(std::string_view name, std::string code, std::string detail, std::string detail_zh) {
  throw http::Refused(problem_of({"?" + std::string(name), std::move(code), std::move(detail), std::move(detail_zh)}));
}

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

std::size_t limit_of(const http::Request& request) {
  const auto text = request.query("limit");
  if (!text) return usual_page;
  std::size_t limit = 0;
  const char* const end = text->data() + text->size();
  const auto parsed = std::from_chars(text->data(), end, limit);
  if (parsed.ec != std::errc() || parsed.ptr != end || limit == 0 || limit > most_per_page)
    refuse_parameter("limit", "range", "must be a whole number from 1 to 1000.", "应为1至1000的整数。");
  return limit;
}

domain::Date asof_of(const http::Request& request, domain::Date today) {
  const auto text = request.query("asof");
  if (!text) return today;
  const auto date = domain::parse_date(*text);
  if (!date) refuse_parameter("asof", "date", "must be a date that exists, as YYYY-MM-DD.", "应为存在的日期，格式为YYYY-MM-DD。");
  return *date;
}

}  // namespace zhida::page
