#include "domain/effect/small_cells.hpp"

#include <algorithm>
#include <cstddef>

namespace zhida::effect {

std::vector<bool> hidden_cells(std::span<const std::int64_t> enterprises, std::int64_t minimum, bool total_is_shown) {
  std::vector<bool> hidden(enterprises.size());
  for (std::size_t i = 0; i < enterprises.size(); ++i) hidden[i] = enterprises[i] > 0 && enterprises[i] < minimum;
  if (!total_is_shown || std::count(hidden.begin(), hidden.end(), true) != 1) return hidden;
  std::size_t smallest = enterprises.size();
  for (std::size_t i = 0; i < enterprises.size(); ++i)
    if (!hidden[i] && enterprises[i] > 0 && (smallest == enterprises.size() || enterprises[i] < enterprises[smallest])) smallest = i;
  if (smallest < enterprises.size()) hidden[smallest] = true;
  return hidden;
}

}  // namespace zhida::effect
