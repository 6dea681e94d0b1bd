#pragma once

#include "cel/value.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace zhida::policy {

/// A number with its unit as policy texts write it: 300万元, 1.5亿元, 5.5%, 12个月, 2024年. `unit` is the dictionary's.
std::string quantity_zh(const cel::Value& number, std::string_view unit);

/// 2024年12月31日, with the time of day where it is not midnight in Shanghai.
std::string instant_zh(const cel::Value& timestamp);

/// 1天, 90分钟; seconds where nothing larger fits.
std::string duration_zh(const cel::Value& duration);

}  // namespace zhida::policy
