#pragma once

#include "platform/log/record.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <utility>

namespace zhida::stores {

/// Highest offset written, by topic and partition: what a caller waits for before it says that its write can be read.
using WrittenTo = std::map<std::pair<std::string, std::int32_t>, log::Offset>;

}  // namespace zhida::stores
