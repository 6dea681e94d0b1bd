#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace zhida::effect_service {

/// Appends rows of CSV as RFC 4180 has it: commas, CRLF, quotes where they are needed.
///
/// Texts come from outside and end up in spreadsheets: one that a spreadsheet would take for a formula (`=`, `+`, `-`, `@`, tab or carriage
/// return in front) gets an apostrophe before it.
class CsvWriter {
 public:
  explicit CsvWriter(std::string& out) : out_(out) {}

  CsvWriter& text(std::string_view cell);
  CsvWriter& number(std::int64_t cell);
  /// Written as it is: for what this program makes and no spreadsheet computes.
  CsvWriter& raw(std::string_view cell);
  CsvWriter& empty() { return raw({}); }
  void end_row();

 private:
  std::string& out_;
  bool first_ = true;
};

}  // namespace zhida::effect_service
