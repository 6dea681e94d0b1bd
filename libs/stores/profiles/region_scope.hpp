#pragma once

#include "stores/profiles/profile_store.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace zhida::stores {

/// The district or street whose enterprises a key is limited to; the same ones as campaign::region_rule names.
class RegionScope {
 public:
  /// Six digits are a district, nine a street; empty = no limit. The store must outlive it.
  RegionScope(const ProfileStore& profiles, std::string_view region);

  bool limited() const { return !region_.empty(); }

  /// True without a limit. Otherwise false for an enterprise that was never heard of or whose region is not known.
  bool covers(const enterprise::Uscc& uscc) const;
  /// The same of an enterprise's slots.
  bool covers(std::span<const cel::Value> slots) const;

 private:
  const ProfileStore& profiles_;
  std::string region_;
  std::optional<std::uint32_t> slot_;  // nothing: the dictionary knows no such attribute, and nobody is covered
  mutable std::vector<cel::Value> slots_;
};

}  // namespace zhida::stores
