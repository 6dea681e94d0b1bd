#pragma once

#include "standalone/sample/load.hpp"

#include <cstdio>
#include <string_view>

namespace zhida::standalone {

inline constexpr std::string_view generate_help =
    "Print enterprises as lines of POST /operator/v1/enterprises.\n"
    "The shares are round figures set by hand so that the sample looks like Songjiang: nine firms in ten small or micro; trade, "
    "manufacturing and business services lead; the towns along the G60 hold the most firms; each source of data is missing for "
    "5 to 60 % of the enterprises. They follow orders of magnitude of economic censuses and are no statistics. USCCs are valid "
    "but made up.";

/// Writes the lines to `out`. Throws `CommandFailed` when `out` cannot be written.
void generate_sample(SampleSettings settings, std::FILE* out);

}  // namespace zhida::standalone
