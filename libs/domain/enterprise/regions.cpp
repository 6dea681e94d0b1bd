#include "domain/enterprise/regions.hpp"

#include "matching/csv.hpp"

namespace zhida::enterprise {
namespace {

domain::FieldErrors bad_table(const std::string& reason) { return {{"", "table", "regions: " + reason, "行政区划表有误：" + reason}}; }

}  // namespace

domain::Checked<Regions> Regions::parse(std::string_view districts_csv, std::string_view streets_csv) {
  Regions regions;
  for (const std::string_view csv : {districts_csv, streets_csv}) {
    const matching::CsvResult read = matching::parse_csv(csv);
    if (!read.table) return bad_table(read.error);
    const auto code = read.table->column("code"), name = read.table->column("name_zh"), kind = read.table->column("kind");
    if (!code || !name) return bad_table("columns code and name_zh are needed");
    for (const auto& row : read.table->rows) regions.regions_[row[*code]] = {row[*name], kind ? row[*kind] : "district"};
  }
  return regions;
}

const Regions::Region* Regions::find(std::string_view code) const {
  const auto found = regions_.find(code);
  return found == regions_.end() ? nullptr : &found->second;
}

bool Regions::is_street(std::string_view code) const {
  const Region* region = code.size() == 9 ? find(code) : nullptr;
  return region != nullptr && region->kind != "statistical_area";
}

}  // namespace zhida::enterprise
