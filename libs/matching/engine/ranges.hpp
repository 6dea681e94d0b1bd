#pragma once

#include "matching/engine/key.hpp"

#include <vector>

namespace zhida::matching::engine {

/// Sets of keys as sorted ranges that neither overlap nor touch.
using Ranges = std::vector<KeyRange>;

Ranges united(Ranges a, const Ranges& b);
/// What lies in `whole` but in none of the ranges.
Ranges complement(const Ranges& ranges, KeyRange whole);
Ranges clipped(const Ranges& ranges, KeyRange whole);
bool contains(const Ranges& ranges, Key key);

}  // namespace zhida::matching::engine
