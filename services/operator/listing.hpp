#pragma once

#include "platform/http/request.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace zhida::operators {

/// What a request for one page of a list asks for.
struct PageRequest {
  std::size_t limit = 50;
  std::string after;  ///< id behind which the page begins; empty = the start
};

/// Reads `limit` (1–1000) and `cursor`. Throws `http::Refused` with 422 if one is wrong.
PageRequest page_request(const http::Request& request);

/// The cursor of the page behind `last`; an opaque word.
std::string cursor_of(std::string_view last);

/// `{"items":[…],"next":cursor or null}` from the elements' JSON, joined by commas, and the id of the last element ("" = the end).
std::string list_json(std::string_view elements, std::string_view last);

/// Whether `text` contains `part`; ASCII case is ignored.
bool contains(std::string_view text, std::string_view part);

}  // namespace zhida::operators
