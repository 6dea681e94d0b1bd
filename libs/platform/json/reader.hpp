#pragma once

#include "platform/json/document.hpp"

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace zhida::json {

/// Reads one JSON object member by member and notes every mistake, with its pointer and text in two languages, in `errors`.
///
/// A getter whose member is absent, null (unless asked for) or wrong returns an empty default and, where that is a mistake,
/// notes it: read everything first, then look once whether `errors` is empty. End with `refuse_unknown_members()`.
/// The value and `errors` must outlive the reader.
class Reader {
 public:
  struct Text {
    std::size_t min_bytes = 0;
    std::size_t max_bytes = 4096;
  };

  /// Notes `wrong_type` if `object` is not an object; every getter then finds nothing and adds no further error.
  Reader(const Value& object, FieldErrors& errors, std::string pointer = "");

  bool is_object() const { return object_ != nullptr; }
  const std::string& pointer() const { return pointer_; }
  /// Present and not null.
  bool has(std::string_view name);
  /// Present and null.
  bool is_null(std::string_view name);

  // Required members: absence is the error `required`.
  std::string_view string(std::string_view name, Text limits);
  std::string_view string(std::string_view name) { return string(name, Text()); }
  std::int64_t integer(std::string_view name, std::int64_t min = std::numeric_limits<std::int64_t>::min(),
                       std::int64_t max = std::numeric_limits<std::int64_t>::max());
  double number(std::string_view name);
  bool boolean(std::string_view name);
  /// One of `allowed`, else the error `not_allowed` that lists them.
  std::string_view choice(std::string_view name, std::initializer_list<std::string_view> allowed);
  const Value* object(std::string_view name);
  const Value* array(std::string_view name);
  /// Any value, null too.
  const Value* value(std::string_view name);
  std::vector<std::string> strings(std::string_view name, Text each);
  std::vector<std::string> strings(std::string_view name) { return strings(name, Text()); }

  // Optional members: absent and null give nullopt or nullptr without an error.
  std::optional<std::string_view> optional_string(std::string_view name, Text limits);
  std::optional<std::string_view> optional_string(std::string_view name) { return optional_string(name, Text()); }
  std::optional<std::int64_t> optional_integer(std::string_view name, std::int64_t min = std::numeric_limits<std::int64_t>::min(),
                                               std::int64_t max = std::numeric_limits<std::int64_t>::max());
  std::optional<double> optional_number(std::string_view name);
  std::optional<bool> optional_boolean(std::string_view name);
  std::optional<std::string_view> optional_choice(std::string_view name, std::initializer_list<std::string_view> allowed);
  const Value* optional_object(std::string_view name);
  const Value* optional_array(std::string_view name);
  const Value* optional_value(std::string_view name);
  std::vector<std::string> optional_strings(std::string_view name, Text each);
  std::vector<std::string> optional_strings(std::string_view name) { return optional_strings(name, Text()); }

  /// A reader of the object member `name`, its pointer continued; of nothing if `member` is null.
  Reader nested(const Value* member, std::string_view name);
  /// A reader of element `index` of the array member `name`.
  Reader element(const Value& element, std::string_view name, std::size_t index);

  /// Notes a mistake of meaning at the member `name` ("" = the object itself).
  void refuse(std::string_view name, std::string code, std::string detail, std::string detail_zh);

  /// Marks members read by other means as known.
  void know(std::string_view name) { seen_.push_back(name); }
  /// Notes `unknown_member` for each member no getter asked for.
  void refuse_unknown_members();

 private:
  Reader(const Value* object, FieldErrors& errors, std::string pointer);
  const Value* member(std::string_view name, bool required);
  const Value* typed(std::string_view name, bool required, bool (Value::*is)() const, std::string_view type, std::string_view type_zh);

  const Value* object_;
  FieldErrors* errors_;
  std::string pointer_;
  std::vector<std::string_view> seen_;
};

}  // namespace zhida::json
