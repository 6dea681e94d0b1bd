#pragma once

#include "cel/arena.hpp"
#include "cel/value.hpp"

#include <string_view>

namespace zhida::cel {

class Registry;

/// Registers the language's own functions: size, text, conversions, timestamp parts, math.
void add_builtins(Registry& registry);

/// A string of the arena, or the error that memory has run out.
Value make_string(Arena& arena, std::string_view text);

}  // namespace zhida::cel
