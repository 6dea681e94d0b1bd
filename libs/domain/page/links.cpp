#include "domain/page/links.hpp"

#include <limits>

namespace zhida::page {

std::optional<std::uint16_t> link_number(LinkPlace place, std::span<const std::size_t> links_per_item) {
  if (place.part == 0) return place.link == 0 ? std::optional<std::uint16_t>(std::uint16_t{0}) : std::nullopt;
  if (place.part > links_per_item.size() || place.link >= links_per_item[place.part - 1U]) return std::nullopt;
  std::size_t number = 1U + place.link;
  for (const std::size_t links : links_per_item.first(place.part - 1U)) number += links;
  if (number > std::numeric_limits<std::uint16_t>::max()) return std::nullopt;
  return static_cast<std::uint16_t>(number);
}

std::optional<LinkPlace> link_place(std::uint16_t number, std::span<const std::size_t> links_per_item) {
  if (number == 0) return LinkPlace{};
  std::size_t left = number - 1U;
  for (std::size_t item = 0; item < links_per_item.size(); ++item) {
    if (left < links_per_item[item]) return LinkPlace{static_cast<std::uint16_t>(item + 1), static_cast<std::uint16_t>(left)};
    left -= links_per_item[item];
  }
  return std::nullopt;
}

}  // namespace zhida::page
