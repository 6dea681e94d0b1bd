#pragma once

#include "contracts/json.hpp"
#include "domain/policy/package.hpp"

namespace zhida::contracts {

/// The body of a PUT; `"items":[id…]` is shorthand for contents that are items and is ignored beside `contents`, which says it all.
policy::Package read_package_body(JsonReader& reader);

/// Reads what `write` wrote.
policy::Package read_package(JsonReader& reader);

void write(JsonWriter& writer, const policy::Package& package);

}  // namespace zhida::contracts
