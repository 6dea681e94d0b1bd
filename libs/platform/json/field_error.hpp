#pragma once

#include <string>
#include <vector>

namespace zhida::json {

/// One mistake in a received document: where (RFC 6901 JSON pointer, "" = the whole), which (a stable snake_case code), and why.
struct FieldError {
  std::string pointer;
  std::string code;
  std::string detail;     ///< English
  std::string detail_zh;  ///< Chinese

  bool operator==(const FieldError&) const = default;
};

using FieldErrors = std::vector<FieldError>;

}  // namespace zhida::json
