#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace zhida::cel {

/// A JSON value as far as trees need it: numbers keep their text, members their order.
struct Json {
  enum class Kind { null, boolean, number, string, array, object };
  Kind kind = Kind::null;
  bool boolean = false;
  std::string text;                ///< of a string (UTF-8), or of a number as written
  std::vector<Json> elements;      ///< of an array, or the values of an object's members
  std::vector<std::string> names;  ///< of the members, as many as elements
  std::size_t offset = 0;          ///< where it begins in the text

  /// The member of that name, the first of several; nullptr when there is none.
  const Json* find(std::string_view name) const;
};

struct JsonResult {
  std::optional<Json> value;
  std::string error;  ///< `at 17: …`
};

/// RFC 8259, nested at most `most_depth` deep. `text` must be well-formed UTF-8.
JsonResult parse_json(std::string_view text, std::size_t most_depth);

/// With quotes and escapes.
std::string json_string(std::string_view text);

}  // namespace zhida::cel
