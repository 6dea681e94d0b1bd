#pragma once

#include "domain/enum_names.hpp"
#include "domain/field_error.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace zhida::enterprise {

/// Size class of enterprises 大中小微 (国统字〔2017〕213号), smallest first.
enum class SizeClass : std::uint8_t { micro, small, medium, large };

/// What the classes are measured by. Absent = not known.
struct SizeIndicators {
  std::optional<std::int64_t> employees;     ///< 从业人员, persons
  std::optional<std::int64_t> revenue;       ///< 营业收入, yuan
  std::optional<std::int64_t> total_assets;  ///< 资产总额, yuan
};

/// Source of a size class that no authority supplied.
inline constexpr std::string_view derived_source = "derived:国统字〔2017〕213号";

/// The thresholds, as a table.
class SizeClasses {
 public:
  /// `csv`: columns group, industries, indicator, unit, large_min, medium_min, small_min.
  static domain::Checked<SizeClasses> parse(std::string_view csv);

  /// The class of an enterprise in `industry` (GB/T 4754-2017 code) of `section`: the lowest over the indicators of its group.
  /// Nothing if the standard has no class for the industry, if the code is too short to tell its group, or if an indicator is not known.
  std::optional<SizeClass> derive(std::string_view industry, char section, const SizeIndicators& indicators) const;

 private:
  enum class Indicator { employees, revenue, assets };
  struct Threshold {
    Indicator indicator;
    std::int64_t large, medium, small;  ///< least value of the class; persons or yuan
  };
  struct Group {
    std::string name;
    std::vector<std::string> industries;  ///< sections or prefixes
    std::vector<std::string> without;     ///< prefixes taken out again
    std::vector<Threshold> thresholds;

    bool covers(std::string_view industry, char section) const;
  };

  std::vector<Group> groups_;
};

}  // namespace zhida::enterprise

template <>
struct zhida::domain::EnumNames<zhida::enterprise::SizeClass> {
  static constexpr std::array<std::string_view, 4> names{"micro", "small", "medium", "large"};
};
