#include "cel/builtins.hpp"
#include "cel/limits.hpp"
#include "cel/utf8.hpp"

#include <re2/re2.h>

namespace zhida::cel {
namespace {

using Arguments = std::span<const Value>;

constexpr Type any_list{Kind::missing, 1};

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
  add_total(registry, "contains", true, two_strings, boolean_type, [](Arguments a, const void*, Arena&) {
    return Value::boolean(a[0].as_string().find(a[1].as_string()) != std::string_view::npos);
  });
  const LiteralCheck pattern = [](const Value& literal) -> std::optional<LiteralMistake> {
    const std::string_view text = literal.as_string();
    if (text.size() > most_pattern_bytes)
      return LiteralMistake{"the pattern is longer than " + std::to_string(most_pattern_bytes) + " bytes",
                            "正则表达式超过" + std::to_string(most_pattern_bytes) + "字节", ""};
    const RE2 expression(re2::StringPiece(text.data(), text.size()), RE2::Quiet);
    if (expression.ok()) return std::nullopt;
    return LiteralMistake{"the pattern is not a regular expression: " + expression.error(), "正则表达式有误：" + expression.error(), ""};
  };
  for (const bool is_member : {false, true})
    registry.add({.name = "matches",
                  .member = is_member,
                  .parameters = two_strings,
                  .result = boolean_type,
                  .call =
                      [](Arguments a, const void*, Arena&) {
                        const auto piece = [](const Value& v) { return re2::StringPiece(v.as_string().data(), v.as_string().size()); };
                        const RE2 expression(piece(a[1]), RE2::Quiet);
                        if (!expression.ok()) return Value::error(Fault::bad_regexp);
                        return Value::boolean(RE2::PartialMatch(piece(a[0]), expression));
                      },
                  .literal_checks = {{}, pattern}});
}

}  // namespace zhida::cel
