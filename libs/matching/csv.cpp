#include "matching/csv.hpp"

#include <algorithm>

namespace zhida::matching {
namespace {

struct Reader {
  std::string_view text;
  std::size_t at = 0;
  std::size_t line = 1;

  bool at_end() const { return at >= text.size(); }

  /// One record, or a reason why it is none.
  std::string record(std::vector<std::string>& fields) {
    fields.assign(1, "");
    bool quoted = false;
    for (; !at_end(); ++at) {
      const char c = text[at];
      if (quoted) {
        if (c == '"' && at + 1 < text.size() && text[at + 1] == '"') {
          fields.back() += '"';
          ++at;
        } else if (c == '"') {
          quoted = false;
        } else {
          line += c == '\n';
          fields.back() += c;
        }
      } else if (c == '"' && fields.back().empty()) {
        quoted = true;
      } else if (c == ',') {
        fields.emplace_back();
      } else if (c == '\n') {
        ++at;
        ++line;
        return "";
      } else if (c != '\r') {
        fields.back() += c;
      }
    }
    return quoted ? "a quoted field is not closed" : "";
  }
};

}  // namespace

std::optional<std::size_t> CsvTable::column(std::string_view name) const {
  const auto found = std::ranges::find(header, name);
  if (found == header.end()) return std::nullopt;
  return static_cast<std::size_t>(found - header.begin());
}

CsvResult parse_csv(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  Reader reader{text};
  if (reader.at_end()) return {std::nullopt, "the table is empty"};
  CsvTable table;
  if (std::string error = reader.record(table.header); !error.empty()) return {std::nullopt, "line 1: " + error};
  while (!reader.at_end()) {
    const std::size_t line = reader.line;
    std::vector<std::string> fields;
    std::string error = reader.record(fields);
    if (fields.size() == 1 && fields[0].empty() && error.empty()) continue;
    if (error.empty() && fields.size() != table.header.size())
      error = std::to_string(fields.size()) + " fields where the header has " + std::to_string(table.header.size());
    if (!error.empty()) return {std::nullopt, "line " + std::to_string(line) + ": " + error};
    table.rows.push_back(std::move(fields));
  }
  return {std::move(table), ""};
}

}  // namespace zhida::matching
