#pragma once

#include "domain/campaign/audience_masks.hpp"
#include "domain/date_time.hpp"
#include "matching/engine/epoch.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
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

  /// What is decided about the package's items for one of whom `contains` has been asked, as CompiledAudience decides it. `slots`: the
  /// profile's, for the benefits.
  void decide_items(matching::engine::ProfileId id, std::span<const cel::Value> slots, campaign::CompiledAudience::Work& work) const;

 private:
  struct Block {
    std::optional<std::size_t> place;  ///< of its first mask
    bool decided = false;              ///< as it is now
  };

  /// A block's masks: who is in the audience, and for each item two with the bits of the verdict's number.
  std::size_t masks_of_block() const { return 1 + 2 * audience_.items().size(); }
  void decide(std::size_t number);

  const campaign::CompiledAudience& audience_;
  std::shared_ptr<const matching::engine::Epoch> epoch_;
  domain::Date date_{};
  std::optional<campaign::AudienceMasks> audience_masks_;
  std::vector<policy::WindowState> windows_;  // by item, on the date
  std::vector<Block> blocks_;
  std::vector<matching::engine::Mask> masks_;  // of the blocks that were ever asked about
};

}  // namespace zhida::matcher
