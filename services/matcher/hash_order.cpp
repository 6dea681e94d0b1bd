#include "matcher/hash_order.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

namespace zhida::matcher {
namespace {

constexpr unsigned digit_bits = 11;
constexpr std::size_t digits = std::size_t{1} << digit_bits;

/// One pass of a radix sort, stable.
void sort_by_digit(const std::vector<std::uint64_t>& from, std::vector<std::uint64_t>& into, unsigned shift) {
  const auto digit = [shift](std::uint64_t key) { return (key >> shift) & (digits - 1); };
  std::array<std::size_t, digits> next{};
  for (const std::uint64_t key : from) ++next[digit(key)];
  std::exclusive_scan(next.begin(), next.end(), next.begin(), std::size_t{0});
  for (const std::uint64_t key : from) into[next[digit(key)]++] = key;
}

}  // namespace

std::vector<std::uint32_t> in_hash_order(std::vector<std::uint32_t> places,
                                         const std::function<const enterprise::Uscc&(std::uint32_t place)>& uscc) {
  constexpr unsigned half = 32;
  const auto high = [](std::uint64_t key) { return key >> half; };
  std::vector<std::uint64_t> keys, sorted(places.size());  // high half of the hash, place
  keys.reserve(places.size());
  for (const std::uint32_t place : places) keys.push_back(high(enterprise::hash_of(uscc(place))) << half | place);
  for (unsigned shift = half; shift < 2 * half; shift += digit_bits) {
    sort_by_digit(keys, sorted, shift);
    std::swap(keys, sorted);
  }
  for (auto first = keys.begin(), end = first; first != keys.end(); first = end) {
    while (end != keys.end() && high(*end) == high(*first)) ++end;
    if (end - first == 1) continue;
    std::sort(first, end,
              [&](std::uint64_t a, std::uint64_t b) { return uscc(static_cast<std::uint32_t>(a)) < uscc(static_cast<std::uint32_t>(b)); });
  }
  std::ranges::transform(keys, places.begin(), [](std::uint64_t key) { return static_cast<std::uint32_t>(key); });
  return places;
}

Places HashOrder::rows() {
  const stores::Row size = profiles_.size(partition_);
  if (!rows_ || rows_->size() != size) {
    std::vector<std::uint32_t> all(size);
    std::iota(all.begin(), all.end(), 0U);
    rows_ = std::make_shared<const std::vector<std::uint32_t>>(
        in_hash_order(std::move(all), [this](std::uint32_t row) -> const enterprise::Uscc& { return profiles_.uscc(partition_, row); }));
  }
  return rows_;
}

Places HashOrder::listed(const std::vector<enterprise::Uscc>& list) const {
  std::vector<std::uint32_t> own;
  for (std::uint32_t place = 0; place < list.size(); ++place)
    if (profiles_.partition_of(list[place]) == partition_) own.push_back(place);
  return std::make_shared<const std::vector<std::uint32_t>>(
      in_hash_order(std::move(own), [&list](std::uint32_t place) -> const enterprise::Uscc& { return list[place]; }));
}

}  // namespace zhida::matcher
