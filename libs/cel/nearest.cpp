#include "cel/nearest.hpp"

#include <algorithm>
#include <vector>

namespace zhida::cel {
namespace {

/// Optimal string alignment distance.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

}  // namespace

std::string_view nearest(std::string_view wrong, std::span<const std::string_view> names) {
  constexpr std::size_t longest_worth_comparing = 100;
  if (wrong.empty() || wrong.size() > longest_worth_comparing) return {};
  std::size_t best = std::max<std::size_t>(2, wrong.size() / 3) + 1;
  std::string_view found;
  for (const std::string_view name : names) {
    const std::size_t shorter = std::min(name.size(), wrong.size()), longer = std::max(name.size(), wrong.size());
    if (longer - shorter >= best) continue;
    const std::size_t far = distance(wrong, name);
    if (far < best && far < longer) {
      best = far;
      found = name;
    }
  }
  return found;
}

std::string did_you_mean_en(const std::string& suggestion) { return suggestion.empty() ? "" : "; did you mean '" + suggestion + "'?"; }

std::string did_you_mean_zh(const std::string& suggestion) { return suggestion.empty() ? "" : "，是否应为“" + suggestion + "”？"; }

}  // namespace zhida::cel
