#pragma once

#include "cel/arena.hpp"
#include "cel/environment.hpp"
#include "cel/value.hpp"

#include <memory>
#include <string_view>
#include <vector>

namespace zhida::cel {

/// Registers the language's own functions. `zones`: those that the parts of a timestamp can be asked for.
void add_builtins(Registry& registry, std::shared_ptr<const Zones> zones);

// One file each: text_functions.cpp, string_extension.cpp, conversions.cpp, time_functions.cpp, math_functions.cpp.
void add_text_functions(Registry& registry);
void add_string_extension(Registry& registry);
void add_conversions(Registry& registry);
void add_time_functions(Registry& registry, const std::shared_ptr<const Zones>& zones);
void add_math(Registry& registry);

void add_global(Registry& registry, const char* name, std::vector<Type> parameters, Type result, Overload::Call call);
void add_member(Registry& registry, const char* name, std::vector<Type> parameters, Type result, Overload::Call call);
/// One that never fails for known arguments.
void add_total(Registry& registry, const char* name, bool is_member, std::vector<Type> parameters, Type result, Overload::Call call);

/// A string of the arena, or the error that memory has run out.
Value make_string(Arena& arena, std::string_view text);

}  // namespace zhida::cel
