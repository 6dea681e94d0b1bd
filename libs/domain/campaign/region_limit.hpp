#pragma once

#include "domain/campaign/audience.hpp"

#include <string>
#include <string_view>

namespace zhida::campaign {

/// The rule that holds of exactly the enterprises of `region`, a district (six digits) or a street (nine). Whose region is unknown is in
/// none.
std::string region_rule(std::string_view region);

/// Whether nobody outside `region` can be in the audience: it is that rule, or joined with it.
bool is_limited_to(const Audience& audience, std::string_view region);

/// The audience within `region`: itself if it is limited already, else joined with the rule.
Audience limited_to(Audience audience, std::string_view region);

}  // namespace zhida::campaign
