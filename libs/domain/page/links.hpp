#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace zhida::page {

/// Which link of a delivery a click means: `part` 0 is the package with its single target, part n the n-th item; `link` counts an item's
/// links from 0.
struct LinkPlace {
  std::uint16_t part = 0;
  std::uint16_t link = 0;

  friend bool operator==(const LinkPlace&, const LinkPlace&) = default;
};

/// Number 0 is the package's target; then come the links of the first item, of the second, …. `links_per_item` must be what the
/// campaign approved, so that numbers keep their meaning. Nothing if there is no such link, or it would be above 65,535.
std::optional<std::uint16_t> link_number(LinkPlace place, std::span<const std::size_t> links_per_item);
std::optional<LinkPlace> link_place(std::uint16_t number, std::span<const std::size_t> links_per_item);

}  // namespace zhida::page
