#include "domain/campaign/region_limit.hpp"

#include <algorithm>
#include <utility>

namespace zhida::campaign {
namespace {

constexpr std::size_t digits_of_district = 6;

}  // namespace

std::string region_rule(std::string_view region) {
  std::string rule = region.size() == digits_of_district ? "p.region_district == \"" : "p.region_street == \"";
  rule.append(region).append("\"");
  return rule;
}

bool is_limited_to(const Audience& audience, std::string_view region) {
  if (const auto* rule = std::get_if<RuleAudience>(&audience.form)) return rule->rule == region_rule(region);
  const auto* joined = std::get_if<JoinedAudience>(&audience.form);
  return joined != nullptr && std::ranges::any_of(joined->parts, [region](const Audience& part) { return is_limited_to(part, region); });
}

Audience limited_to(Audience audience, std::string_view region) {
  if (is_limited_to(audience, region)) return audience;
  JoinedAudience joined;
  joined.parts.push_back(std::move(audience));
  joined.parts.push_back(Audience{RuleAudience{region_rule(region)}});
  return Audience{std::move(joined)};
}

}  // namespace zhida::campaign
