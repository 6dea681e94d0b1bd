#pragma once

#include "contracts/json.hpp"
#include "domain/enterprise/profile.hpp"

#include <string_view>
#include <vector>

namespace zhida::contracts {

/// How many places of `elements` the lists among `value`'s like need; so that `raw_value` never moves them.
inline std::size_t list_size(const Json& value) { return value.IsArray() ? value.Size() : 0; }

/// The value as a view of the parsed text. The elements of a list are appended to `elements`, which must have room for them
/// (`list_size`): views point into it.
enterprise::RawValue raw_value(const Json& value, std::vector<std::string_view>& elements);

/// A value of kind `other` has no JSON form and throws.
void write(JsonWriter& writer, const enterprise::RawValue& value);

}  // namespace zhida::contracts
