#pragma once

#include "domain/enum_names.hpp"
#include "platform/http/parameters.hpp"

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace zhida::operators {

/// What a request for one page of a list asks for.
struct PageRequest {
  std::size_t limit = 50;
  std::string after;  ///< id behind which the page begins; empty = the start
};

/// Whether a decoded cursor is one of a list's own: what stands in it.
using IsCursor = bool (*)(std::string_view);

/// Reads `limit` (1–1000) and `cursor`. Throws `http::Refused` with 422 if one is wrong.
PageRequest page_request(const http::Request& request, IsCursor is_cursor);

/// A filter that is one word of an enumeration; nothing if it is absent or empty, 422 with all words for another one.
template <class Enum>
std::optional<Enum> choice_of(const http::Request& request, std::string_view name) {
  const auto index = http::word_parameter(request, name, domain::EnumNames<Enum>::names);
  return index ? std::optional(static_cast<Enum>(*index)) : std::nullopt;
}

/// A filter that is a code of `table`, a map; empty if it is absent.
template <class Table>
std::string_view code_of(const http::Request& request, std::string_view name, const Table& table) {
  const std::string_view code = request.query_or(name, "");
  if (!code.empty() && !table.contains(code))
    http::refuse_parameter(name, "unknown", "there is no " + std::string(name) + " of this code.", "没有这个代码。");
  return code;
}

/// 422 for a filter that other lists have and this one has not: ignored it would seem to hold.
void refuse_filters(const http::Request& request, std::initializer_list<std::string_view> names);

/// The cursor of the page behind `last`; an opaque word.
std::string cursor_of(std::string_view last);

/// `{"items":[…],"next":cursor or null}` from the elements' JSON, joined by commas, and the id of the last element ("" = the end).
std::string list_json(std::string_view elements, std::string_view last);

/// Whether `text` contains `part`; ASCII case is ignored.
bool contains(std::string_view text, std::string_view part);

}  // namespace zhida::operators
