#include "matcher/members.hpp"

#include <utility>

namespace zhida::matcher {
namespace engine = matching::engine;

void Members::look_at(std::shared_ptr<const engine::Epoch> epoch, domain::Date date) {
  if (epoch == epoch_ && date == date_) return;
  for (std::size_t block = 0; block < blocks_.size(); ++block)
    if (date != date_ || epoch->blocks[block] != epoch_->blocks[block]) blocks_[block].decided = false;
  blocks_.resize(epoch->blocks.size());
  epoch_ = std::move(epoch);
  date_ = date;
  masks_.emplace(audience_, epoch_, date);
}

bool Members::contains(engine::ProfileId id) {
  Block& block = blocks_[id / engine::block_size];
  if (!block.decided) {
    if (!block.place) {
      block.place = static_cast<std::uint32_t>(members_.size());
      members_.emplace_back();
    }
    members_[*block.place] = masks_->members(id / engine::block_size);
    block.decided = true;
  }
  return members_[*block.place].test(id % engine::block_size);
}

}  // namespace zhida::matcher
