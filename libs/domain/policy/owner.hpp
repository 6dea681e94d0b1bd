#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace zhida::policy {

/// Which bureaux an entity belongs to 责任单位.
struct Owner {
  std::string bureau;                   ///< code of the owning bureau
  std::vector<std::string> co_bureaus;  ///< see and edit it as the owner does

  bool includes(std::string_view code) const {
    return bureau == code || std::find(co_bureaus.begin(), co_bureaus.end(), code) != co_bureaus.end();
  }

  friend bool operator==(const Owner&, const Owner&) = default;
};

}  // namespace zhida::policy
