#pragma once

#include <cstdint>
#include <string_view>

namespace zhida::standalone {

// Round figures set by hand so that the sample looks like a suburban manufacturing district: they follow
// the orders of magnitude known from economic censuses (nine firms in ten small or micro; trade,
// manufacturing and business services lead; towns along the G60 hold the most firms) and are no statistics.

struct Share {
  std::string_view code;
  std::uint32_t weight;
};

inline constexpr Share street_shares[] = {{"310117001", 5}, {"310117002", 5},  {"310117003", 6}, {"310117004", 8}, {"310117005", 4},
                                          {"310117006", 4}, {"310117102", 9},  {"310117103", 6}, {"310117104", 9}, {"310117105", 10},
                                          {"310117106", 6}, {"310117107", 11}, {"310117109", 3}, {"310117116", 3}, {"310117117", 2},
                                          {"310117120", 4}, {"310117121", 5}};

inline constexpr Share section_shares[] = {{"A", 10}, {"C", 230}, {"D", 2}, {"E", 70}, {"F", 300}, {"G", 40},
                                           {"H", 25}, {"I", 75},  {"J", 4}, {"K", 30}, {"L", 90},  {"M", 80},
                                           {"N", 6},  {"O", 20},  {"P", 4}, {"Q", 4},  {"R", 10}};

inline constexpr Share form_shares[] = {{"company", 800},    {"individual", 130},           {"sole_proprietorship", 25},
                                        {"partnership", 20}, {"private_nonenterprise", 10}, {"farmer_cooperative", 6},
                                        {"law_firm", 4},     {"other_enterprise", 3},       {"accounting_firm", 2}};

/// Bands of head counts; the size class proper is derived from the standard's own table.
struct HeadCountBand {
  std::int64_t low, high;
  std::uint32_t weight;
};
inline constexpr HeadCountBand head_counts[] = {{0, 9, 700}, {10, 19, 130}, {20, 99, 115}, {100, 299, 40}, {300, 999, 12}, {1000, 6000, 3}};

}  // namespace zhida::standalone
