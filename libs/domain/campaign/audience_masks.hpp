#pragma once

#include "domain/campaign/compiled_audience.hpp"
#include "domain/date_time.hpp"
#include "matching/engine/audience_match.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

namespace zhida::campaign {

/// A compiled audience over the profiles of an epoch, block by block: who is in it on a date, and what comes out for the items. Decides as
/// CompiledAudience does. One for each thread.
class AudienceMasks {
 public:
  /// Throws std::logic_error for an audience with a list: of those the listed enterprises are to be looked at. `audience` must outlive it.
  AudienceMasks(const CompiledAudience& audience, const std::shared_ptr<const matching::engine::Epoch>& epoch, domain::Date date);

  std::size_t blocks() const { return epoch_->blocks.size(); }
  /// Who of a block is in the audience.
  matching::engine::Mask members(std::size_t block);
  /// What the block last asked for comes to for an item of the package.
  const matching::engine::BlockVerdicts& item(std::size_t number);

 private:
  matching::engine::Mask members(const Audience& audience, std::size_t& next_rule);
  matching::engine::Mask members(const EligibleAudience& audience);

  const CompiledAudience& audience_;
  std::shared_ptr<const matching::engine::Epoch> epoch_;
  std::vector<matching::engine::AudienceMatch> rules_, items_;
  std::vector<bool> open_;  ///< by item: the window
  std::size_t block_ = 0;
  std::vector<std::optional<matching::engine::BlockVerdicts>> decided_;  ///< by item, for the block
};

}  // namespace zhida::campaign
