#include "cel/builtins.hpp"
#include "cel/regexp.hpp"
#include "cel/utf8.hpp"

#include <re2/re2.h>

#include <cstring>

namespace zhida::cel {
namespace {

using Arguments = std::span<const Value>;

constexpr Type any_list{Kind::missing, 1};

/// std::string_view::find takes time in proportion to the product of both lengths for texts made to hurt; memmem does not.
bool contains(std::string_view text, std::string_view part) {
  return part.empty() || memmem(text.data(), text.size(), part.data(), part.size()) != nullptr;
}

}  // namespace

void add_text_functions(Registry& registry) {
  const std::vector<Type> two_strings{string_type, string_type};
  for (const bool is_member : {false, true}) {
    add_total(registry, "size", is_member, {string_type}, integer_type, [](Arguments a, const void*, Arena&) {
      return Value::integer(static_cast<std::int64_t>(count_code_points(a[0].as_string())));
    });
    add_total(registry, "size", is_member, {any_list}, integer_type,
              [](Arguments a, const void*, Arena&) { return Value::integer(static_cast<std::int64_t>(a[0].as_list().size())); });
  }
  add_total(registry, "startsWith", true, two_strings, boolean_type,
            [](Arguments a, const void*, Arena&) { return Value::boolean(a[0].as_string().starts_with(a[1].as_string())); });
  add_total(registry, "endsWith", true, two_strings, boolean_type,
            [](Arguments a, const void*, Arena&) { return Value::boolean(a[0].as_string().ends_with(a[1].as_string())); });
  add_total(registry, "contains", true, two_strings, boolean_type,
            [](Arguments a, const void*, Arena&) { return Value::boolean(contains(a[0].as_string(), a[1].as_string())); });
  const LiteralCheck pattern = [](const Value& literal) -> std::optional<LiteralMistake> {
    auto mistake = check_pattern(literal.as_string());
    if (!mistake) return std::nullopt;
    return LiteralMistake{std::move(mistake->message_en), std::move(mistake->message_zh), ""};
  };
  for (const bool is_member : {false, true})
    registry.add({.name = "matches",
                  .member = is_member,
                  .parameters = two_strings,
                  .result = boolean_type,
                  .call =
                      [](Arguments a, const void*, Arena&) {
                        const auto compiled = compile_pattern(a[1].as_string());
                        return compiled->ok() ? Value::boolean(matches(*compiled, a[0].as_string())) : Value::error(Fault::bad_regexp);
                      },
                  .literal_checks = {{}, pattern}});
}

}  // namespace zhida::cel
