#pragma once

#include "platform/json/document.hpp"

#include <string>
#include <string_view>

namespace zhida::json {

/// The RFC 8785 (JCS) form: one byte sequence per meaning, so that it can be hashed.
/// Names are sorted by UTF-16 units, numbers written as ECMAScript does. Integers beyond ±2^53 are written exactly (RFC 8785 would round
/// them).
std::string canonical(const Value& value);

/// The same of a text we wrote ourselves; throws `std::invalid_argument` if it is no valid JSON.
std::string canonical(std::string_view text);

/// Appends a finite double as ECMAScript's Number::toString does.
void append_es_number(std::string& out, double number);

}  // namespace zhida::json
