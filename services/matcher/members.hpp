#pragma once

#include "domain/campaign/audience_masks.hpp"
#include "domain/date_time.hpp"
#include "matching/engine/epoch.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace zhida::matcher {

/// Who is in an audience without a list, asked profile by profile in any order. A block of profiles is decided when one of it is first
/// asked about, and again only after it changed.
class Members {
 public:
  /// `audience` must outlive it.
  explicit Members(const campaign::CompiledAudience& audience) : audience_(audience) {}

  /// From now on the profiles of this epoch are meant, on this date. Keeps it until the next call.
  void look_at(std::shared_ptr<const matching::engine::Epoch> epoch, domain::Date date);

  bool contains(matching::engine::ProfileId id);

 private:
  struct Block {
    std::optional<std::uint32_t> place;  ///< in members_
    bool decided = false;                ///< as it is now
  };

  const campaign::CompiledAudience& audience_;
  std::shared_ptr<const matching::engine::Epoch> epoch_;
  domain::Date date_{};
  std::optional<campaign::AudienceMasks> masks_;
  std::vector<Block> blocks_;
  std::vector<matching::engine::Mask> members_;  // of the blocks that were ever asked about
};

}  // namespace zhida::matcher
