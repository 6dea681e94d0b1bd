#pragma once

#include <string_view>

namespace zhida::policy {

/// Ids of documents, items, packages, conditions: `[A-Za-z0-9][A-Za-z0-9._-]{0,63}`.
bool is_identifier(std::string_view text);

/// Names of manual conditions: `[a-z][a-z0-9_]{0,63}`, as CEL writes names.
bool is_condition_name(std::string_view text);

}  // namespace zhida::policy
