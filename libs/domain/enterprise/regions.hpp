#pragma once

#include "domain/field_error.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace zhida::enterprise {

inline constexpr std::string_view shanghai = "310000";

/// Districts of Shanghai (GB/T 2260, six digits) and streets and towns of Songjiang (nine digits).
class Regions {
 public:
  struct Region {
    std::string name_zh;
    std::string kind;  ///< district, subdistrict, town, statistical_area
  };

  /// `districts_csv`: columns code, name_zh; `streets_csv`: columns code, name_zh, kind.
  static domain::Checked<Regions> parse(std::string_view districts_csv, std::string_view streets_csv);

  /// Nullptr for a code of neither table.
  const Region* find(std::string_view code) const;

  bool is_district(std::string_view code) const { return code.size() == 6 && find(code) != nullptr; }

  /// A street or town; a statistical area is none: a business in one still belongs to a street or town.
  bool is_street(std::string_view code) const;

  const std::map<std::string, Region, std::less<>>& all() const { return regions_; }

 private:
  std::map<std::string, Region, std::less<>> regions_;
};

}  // namespace zhida::enterprise
