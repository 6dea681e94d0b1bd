#pragma once

#include "contracts/json.hpp"

#include <string>
#include <string_view>

namespace zhida::contracts {

/// RFC 8785 form of a JSON text: members sorted by UTF-16, numbers as ECMAScript prints them, least escapes, no blanks. What hashes are
/// made of. Integers beyond 2^53 are kept as they are, where RFC 8785 would round them: none of ours is a double.
std::string canonical_json(const Json& value);

/// Appends a number as ECMAScript prints it (RFC 8785 §3.2.2.3). `number` must be finite.
void append_ecmascript_number(std::string& out, double number);

}  // namespace zhida::contracts
