#pragma once

#include <span>
#include <string>
#include <string_view>

namespace zhida::cel {

/// The name that takes the fewest insertions, deletions, substitutions and swaps of neighbours to become `wrong`; the first of several.
/// Empty when even that is more than a third of the length (at least 2), so nothing far-fetched is suggested.
std::string_view nearest(std::string_view wrong, std::span<const std::string_view> names);

/// The end of a sentence: `; did you mean 'x'?`. Empty without a suggestion.
std::string did_you_mean_en(const std::string& suggestion);
std::string did_you_mean_zh(const std::string& suggestion);

}  // namespace zhida::cel
