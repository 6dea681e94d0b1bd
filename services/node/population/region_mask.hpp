#pragma once

#include "matching/engine/audience_match.hpp"
#include "stores/reference/reference_data.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

namespace zhida::node {

/// The enterprises of the district or street that a key is limited to, as stores::RegionScope knows them, block by block.
class RegionMask {
 public:
  /// Empty = no limit.
  RegionMask(const stores::ReferenceData& reference, std::shared_ptr<const matching::engine::Epoch> epoch, std::string_view region);

  matching::engine::Mask of(std::size_t block);

 private:
  bool limited_;
  std::optional<matching::engine::AudienceMatch> match_;  ///< nothing though limited: the dictionary knows no such attribute
};

}  // namespace zhida::node
