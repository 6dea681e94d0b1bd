#pragma once

#include "contracts/json.hpp"
#include "domain/campaign/audience.hpp"

#include <string>

namespace zhida::contracts {

/// `{"rule"}`, `{"eligible_for","verdicts"}`, `{"list"}` or `{"all":[…]}`.
void write(JsonWriter& writer, const campaign::Audience& audience);

/// Reports at `pointer` whatever is none of the forms, two of them at once, or a code in a list that is wrong (the first ten).
campaign::Audience read_audience(const Json& value, const std::string& pointer, FieldErrors& errors);

}  // namespace zhida::contracts
