#pragma once

#include <span>
#include <string_view>

namespace zhida::cel {

/// The name that takes the fewest insertions, deletions, substitutions and swaps of neighbours to become `wrong`; the first of several.
/// Empty when even that is more than a third of the length (at least 2), so nothing far-fetched is suggested.
std::string_view nearest(std::string_view wrong, std::span<const std::string_view> names);

}  // namespace zhida::cel
