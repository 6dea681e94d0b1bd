#pragma once

#include "bench/system/loaded_system.hpp"

#include <cstdint>
#include <string>

namespace zhida::bench {

/// Reports of what was done with a campaign's messages: numbers `first` … `end` − 1, a thousand a request, in turn about enterprises
/// 0 … `enterprises` − 1; then waits until the funnel has counted them.
void report_engagements(LoadedSystem& system, const std::string& campaign, std::uint64_t enterprises, std::uint64_t first,
                        std::uint64_t end);

}  // namespace zhida::bench
