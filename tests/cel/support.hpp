#pragma once

#include "cel/print.hpp"
#include "cel/program.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace zhida::cel::test {

enum Slot : std::uint32_t { employees, revenue, ratio, active, size_class, established, tags, grant_years, slot_count };

/// A record `p` with one field of each type; size_class and tags have vocabularies.
inline const Environment& environment() {
  static const Environment shared = [] {
    const auto words = [](std::vector<std::string> allowed) -> LiteralCheck {
      return [allowed](const Value& literal) -> std::optional<LiteralMistake> {
        for (const std::string& word : allowed)
          if (literal.as_string() == word) return std::nullopt;
        return LiteralMistake{"not in the vocabulary", "不在代码表中", allowed[0]};
      };
    };
    Environment made{Registry()};
    made.add_field("p", {"employees", integer_type, employees});
    made.add_field("p", {"revenue", integer_type, revenue});
    made.add_field("p", {"ratio", real_type, ratio});
    made.add_field("p", {"active", boolean_type, active});
    made.add_field("p", {"size_class", string_type, size_class, words({"small", "micro", "medium", "large"})});
    made.add_field("p", {"established", timestamp_type, established});
    made.add_field("p", {"tags", string_list_type, tags, words({"hnte", "tsme", "srdi"})});
    made.add_field("p", {"grant_years", {Kind::integer, 1}, grant_years});
    made.set_instant("asof");
    return made;
  }();
  return shared;
}

/// The values of one profile; missing where nothing is set.
struct Slots {
  std::vector<Value> values = std::vector<Value>(slot_count);
  std::shared_ptr<std::vector<Value>> list = std::make_shared<std::vector<Value>>();  ///< shared, so that copies view the same words

  Slots& set(Slot slot, Value value) {
    values[slot] = value;
    return *this;
  }
  Slots& set_tags(std::vector<std::string_view> words) {
    list->clear();
    for (const std::string_view word : words) list->push_back(Value::string(word));
    values[tags] = Value::list(*list);
    return *this;
  }
};

inline std::string told(const std::vector<Diagnostic>& diagnostics) {
  std::string text;
  for (const Diagnostic& d : diagnostics)
    text += std::to_string(d.offset) + " " + std::string(to_string(d.problem)) + ": " + d.message_en + "\n";
  return text;
}

inline Program compile(std::string_view text) {
  Checked checked = check(text, environment());
  if (!checked) throw std::runtime_error(std::string(text.substr(0, 200)) + "\n" + told(checked.diagnostics));
  return *checked.program;
}

/// The value as text: a CEL literal, `missing`, or `error: reason`.
inline std::string evaluated(std::string_view text, const Slots& slots = {}) {
  Arena arena;
  const Value asof = Value::timestamp(1'700'000'000);
  const Program program = compile(text);
  const Value value = program.evaluate(slots.values, asof, arena);
  if (value.is_missing()) return "missing";
  if (value.is_error()) return "error: " + std::string(message_en(value.fault()));
  return print(value);
}

/// The mistakes of a text that must have some.
inline std::vector<Diagnostic> mistakes(std::string_view text) {
  Checked checked = check(text, environment());
  EXPECT_FALSE(checked) << text;
  return checked.diagnostics;
}

}  // namespace zhida::cel::test
