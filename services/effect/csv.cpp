#include "effect/csv.hpp"

namespace zhida::effect_service {
namespace {

bool looks_like_a_formula(std::string_view cell) {
  return !cell.empty() && std::string_view("=+-@\t\r").find(cell.front()) != std::string_view::npos;
}

}  // namespace

CsvWriter& CsvWriter::text(std::string_view cell) {
  if (!looks_like_a_formula(cell)) return raw(cell);
  return raw(std::string("'").append(cell));
}

CsvWriter& CsvWriter::number(std::int64_t cell) { return raw(std::to_string(cell)); }

CsvWriter& CsvWriter::raw(std::string_view cell) {
  if (!first_) out_ += ',';
  first_ = false;
  if (cell.find_first_of(",\"\r\n") == std::string_view::npos) {
    out_ += cell;
    return *this;
  }
  out_ += '"';
  for (const char c : cell) {
    if (c == '"') out_ += '"';
    out_ += c;
  }
  out_ += '"';
  return *this;
}

void CsvWriter::end_row() {
  out_ += "\r\n";
  first_ = true;
}

}  // namespace zhida::effect_service
