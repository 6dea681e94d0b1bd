#include "matching/engine/ranges.hpp"

#include <algorithm>

namespace zhida::matching::engine {

Ranges united(Ranges a, const Ranges& b) {
  a.insert(a.end(), b.begin(), b.end());
  std::ranges::sort(a);
  Ranges result;
  for (const KeyRange& range : a) {
    const bool touches = !result.empty() && (result.back().greatest == greatest_key || range.least <= result.back().greatest + 1);
    if (touches) {
      result.back().greatest = std::max(result.back().greatest, range.greatest);
    } else {
      result.push_back(range);
    }
  }
  return result;
}

Ranges complement(const Ranges& ranges, KeyRange whole) {
  Ranges result;
  Key next = whole.least;
  for (const KeyRange& range : clipped(ranges, whole)) {
    if (range.least > next) result.push_back({next, range.least - 1});
    if (range.greatest >= whole.greatest) return result;
    next = range.greatest + 1;
  }
  result.push_back({next, whole.greatest});
  return result;
}

Ranges clipped(const Ranges& ranges, KeyRange whole) {
  Ranges result;
  for (const KeyRange& range : ranges) {
    const KeyRange part{std::max(range.least, whole.least), std::min(range.greatest, whole.greatest)};
    if (!part.empty()) result.push_back(part);
  }
  return result;
}

bool contains(const Ranges& ranges, Key key) {
  return std::ranges::any_of(ranges, [&](const KeyRange& range) { return range.contains(key); });
}

}  // namespace zhida::matching::engine
