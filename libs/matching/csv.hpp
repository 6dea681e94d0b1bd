#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace zhida::matching {

/// A table read from RFC 4180 text with a header line (a byte order mark and CR LF are accepted).
struct CsvTable {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;  ///< each as long as the header

  /// Position of a column.
  std::optional<std::size_t> column(std::string_view name) const;
};

struct CsvResult {
  std::optional<CsvTable> table;
  std::string error;  ///< line and reason when there is no table
};

CsvResult parse_csv(std::string_view text);

}  // namespace zhida::matching
