#pragma once

#include "platform/json/field_error.hpp"

#include <rapidjson/document.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace zhida::json {

/// A parsed value. Only read through `const Value&`: RapidJSON's mutable iterators compare ambiguously in C++20.
using Value = rapidjson::Value;

/// What `parse` takes; beyond it the text is refused, whatever it says.
struct ParseLimits {
  std::size_t bytes = 1024 * 1024;
  std::size_t depth = 64;  ///< of nested arrays and objects
};

/// Why a text is no acceptable JSON. `field.pointer` names the value being read, `offset` the byte.
struct ParseError {
  std::size_t offset = 0;
  FieldError field;
};

/// A parsed text and the memory of its values.
///
/// Numbers written without fraction and exponent are `IsInt64()` or `IsUint64()`, exact; all others are doubles.
class Document {
 public:
  const Value& root() const { return *tree_; }

 private:
  friend class Parsed;
  friend class Parsed parse(std::string text, ParseLimits limits);
  std::unique_ptr<std::string> text_;  // parsed in place: strings of the tree point into it
  std::unique_ptr<rapidjson::Document> tree_;
};

/// A document or why there is none.
class Parsed {
 public:
  Parsed(Document document) : outcome_(std::move(document)) {}
  Parsed(ParseError error) : outcome_(std::move(error)) {}

  explicit operator bool() const { return outcome_.index() == 0; }
  const Value& operator*() const { return std::get<0>(outcome_).root(); }
  const Value* operator->() const { return &**this; }
  const ParseError& error() const { return std::get<1>(outcome_); }
  Document release() { return std::get<0>(std::move(outcome_)); }

 private:
  std::variant<Document, ParseError> outcome_;
};

/// Strict RFC 8259: valid UTF-8 only, no duplicate names in an object, nothing after the value, no recursion.
/// Integers beyond 64 bits and numbers beyond a double are refused (`number_out_of_range`), never rounded.
Parsed parse(std::string text, ParseLimits limits = {});

inline std::string_view text_of(const Value& string) { return {string.GetString(), string.GetStringLength()}; }

/// The member `name` of `object`, or null if `object` is none or has none.
const Value* find(const Value& object, std::string_view name);

/// Appends `token` to an RFC 6901 pointer, escaping `~` and `/`.
std::string pointer_to(std::string_view parent, std::string_view token);

}  // namespace zhida::json
