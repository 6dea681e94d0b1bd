#include "cel/builtins.hpp"

namespace zhida::cel {

void add_builtins(Registry& registry, std::shared_ptr<const Zones> zones) {
  add_text_functions(registry);
  add_string_extension(registry);
  add_conversions(registry);
  add_time_functions(registry, zones);
  add_math(registry);
}

void add_global(Registry& registry, const char* name, std::vector<Type> parameters, Type result, Overload::Call call) {
  registry.add({.name = name, .parameters = std::move(parameters), .result = result, .call = call});
}

void add_member(Registry& registry, const char* name, std::vector<Type> parameters, Type result, Overload::Call call) {
  registry.add({.name = name, .member = true, .parameters = std::move(parameters), .result = result, .call = call});
}

void add_total(Registry& registry, const char* name, bool is_member, std::vector<Type> parameters, Type result, Overload::Call call) {
  registry.add({.name = name, .member = is_member, .parameters = std::move(parameters), .result = result, .call = call, .total = true});
}

Value make_string(Arena& arena, std::string_view text) {
  const std::string_view copy = arena.copy(text);
  return copy.data() ? Value::string(copy) : Value::error(Fault::too_much_memory);
}

}  // namespace zhida::cel
