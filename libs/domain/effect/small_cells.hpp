#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace zhida::effect {

inline constexpr std::int64_t operator_minimum = 5;    ///< cells of fewer enterprises are not shown to operators and analysts
inline constexpr std::int64_t published_minimum = 10;  ///< nor, below this, in anything published

/// Which cells of a table row must be hidden. `enterprises` counts the distinct enterprises behind each cell, whatever the cell measures;
/// empty cells are shown as empty. `total_is_shown`: if exactly one cell would be hidden, the smallest other one is hidden too, since the
/// total would give it away.
std::vector<bool> hidden_cells(std::span<const std::int64_t> enterprises, std::int64_t minimum, bool total_is_shown);

}  // namespace zhida::effect
