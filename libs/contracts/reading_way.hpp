#pragma once

#include <cstdint>

namespace zhida::contracts {

/// How texts are read of which there are many: both ways give the same; `thorough` reads all of JSON and names mistakes, `quick` tries the
/// plain form first.
enum class ReadingWay : std::uint8_t { quick, thorough };

}  // namespace zhida::contracts
