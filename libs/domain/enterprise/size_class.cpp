#include "domain/enterprise/size_class.hpp"

#include "matching/csv.hpp"

#include <algorithm>
#include <charconv>

namespace zhida::enterprise {
namespace {

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(';', begin), text.size());
    if (end > begin) parts.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

bool any_prefix_of(const std::vector<std::string>& prefixes, std::string_view industry) {
  return std::any_of(prefixes.begin(), prefixes.end(), [&](const std::string& prefix) { return industry.starts_with(prefix); });
}

domain::FieldErrors bad_table(std::string reason) { return {{"", "table", "size classes: " + reason, "划型标准表有误：" + reason}}; }

}  // namespace

domain::Checked<SizeClasses> SizeClasses::parse(std::string_view csv) {
  const matching::CsvResult read = matching::parse_csv(csv);
  if (!read.table) return bad_table(read.error);
  std::array<std::size_t, 7> at{};
  constexpr std::array<std::string_view, 7> names{"group", "industries", "indicator", "unit", "large_min", "medium_min", "small_min"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto column = read.table->column(names[i]);
    if (!column) return bad_table("no column " + std::string(names[i]));
    at[i] = *column;
  }

  SizeClasses classes;
  for (const auto& row : read.table->rows) {
    const std::string& name = row[at[0]];
    if (classes.groups_.empty() || classes.groups_.back().name != name) {
      constexpr std::string_view but = " without ";
      const std::string_view industries = row[at[1]];
      const std::size_t cut = industries.find(but);
      Group group;
      group.name = name;
      group.industries = split(industries.substr(0, cut));
      if (cut != std::string_view::npos) group.without = split(industries.substr(cut + but.size()));
      classes.groups_.push_back(std::move(group));
    }
    Threshold threshold{};
    const std::string& indicator = row[at[2]];
    if (indicator == "employees")
      threshold.indicator = Indicator::employees;
    else if (indicator == "revenue")
      threshold.indicator = Indicator::revenue;
    else if (indicator == "assets")
      threshold.indicator = Indicator::assets;
    else
      return bad_table("indicator " + indicator);
    const std::string& unit = row[at[3]];
    if (unit != "persons" && unit != "10k_cny") return bad_table("unit " + unit);
    const std::int64_t scale = unit == "10k_cny" ? 10'000 : 1;
    const auto large = number(row[at[4]]), medium = number(row[at[5]]), small = number(row[at[6]]);
    if (!large || !medium || !small) return bad_table("a threshold of " + name + " is no number");
    threshold.large = *large * scale;
    threshold.medium = *medium * scale;
    threshold.small = *small * scale;
    classes.groups_.back().thresholds.push_back(threshold);
  }
  return classes;
}

bool SizeClasses::Group::covers(std::string_view industry, char section) const {
  const auto is_section = [&](const std::string& entry) { return entry.size() == 1 && entry[0] == section; };
  if (std::any_of(industries.begin(), industries.end(), is_section)) return true;
  if (!any_prefix_of(industries, industry) || any_prefix_of(without, industry)) return false;
  // "59" may still turn out to be 591, which belongs to another group.
  return std::none_of(without.begin(), without.end(), [&](const std::string& other) { return other.starts_with(industry); });
}

std::optional<SizeClass> SizeClasses::derive(std::string_view industry, char section, const SizeIndicators& indicators) const {
  const auto group = std::find_if(groups_.begin(), groups_.end(), [&](const Group& each) { return each.covers(industry, section); });
  if (group == groups_.end()) return std::nullopt;
  SizeClass lowest = SizeClass::large;
  for (const Threshold& threshold : group->thresholds) {
    const auto& value = threshold.indicator == Indicator::employees ? indicators.employees
                        : threshold.indicator == Indicator::revenue ? indicators.revenue
                                                                    : indicators.total_assets;
    if (!value) return std::nullopt;
    const SizeClass reached = *value >= threshold.large    ? SizeClass::large
                              : *value >= threshold.medium ? SizeClass::medium
                              : *value >= threshold.small  ? SizeClass::small
                                                           : SizeClass::micro;
    lowest = std::min(lowest, reached);
  }
  return lowest;
}

}  // namespace zhida::enterprise
