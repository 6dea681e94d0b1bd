#include "matcher/members.hpp"

#include "matching/date.hpp"

#include <utility>

namespace zhida::matcher {
namespace engine = matching::engine;
using policy::Verdict;

static_assert(static_cast<int>(Verdict::eligible) == 0 && static_cast<int>(Verdict::manual) == 1 &&
              static_cast<int>(Verdict::unknown) == 2 && static_cast<int>(Verdict::ineligible) == 3);

void Members::look_at(std::shared_ptr<const engine::Epoch> epoch, domain::Date date) {
  if (epoch == epoch_ && date == date_) return;
  for (std::size_t block = 0; block < blocks_.size(); ++block)
    if (date != date_ || epoch->blocks[block] != epoch_->blocks[block]) blocks_[block].decided = false;
  blocks_.resize(epoch->blocks.size());
  epoch_ = std::move(epoch);
  date_ = date;
  audience_masks_.emplace(audience_, epoch_, date);
  windows_.clear();
  for (const auto& item : audience_.items()) windows_.push_back(policy::window_at(item->version->content, date));
}

void Members::decide(std::size_t number) {
  Block& block = blocks_[number];
  if (!block.place) {
    block.place = masks_.size();
    masks_.resize(masks_.size() + masks_of_block());
  }
  engine::Mask* const masks = &masks_[*block.place];
  masks[0] = audience_masks_->members(number);
  for (std::size_t item = 0; masks[0].any() && item < audience_.items().size(); ++item) {
    const engine::BlockVerdicts& verdicts = audience_masks_->item(item);
    masks[1 + 2 * item] = ~(verdicts.eligible | verdicts.unknown);
    masks[2 + 2 * item] = ~(verdicts.eligible | verdicts.manual);
  }
  block.decided = true;
}

bool Members::contains(engine::ProfileId id) {
  const std::size_t number = id / engine::block_size;
  if (!blocks_[number].decided) decide(number);
  return masks_[*blocks_[number].place].test(id % engine::block_size);
}

void Members::decide_items(engine::ProfileId id, std::span<const cel::Value> slots, campaign::CompiledAudience::Work& work) const {
  const engine::Mask* const masks = &masks_[*blocks_[id / engine::block_size].place];
  const std::size_t bit = id % engine::block_size;
  const campaign::PackageItems& items = audience_.items();
  work.items.clear();
  for (std::size_t item = 0; item < items.size(); ++item) {
    policy::ItemDecision& decision = work.items.emplace_back();
    decision.verdict = static_cast<Verdict>((masks[1 + 2 * item].test(bit) ? 1 : 0) + (masks[2 + 2 * item].test(bit) ? 2 : 0));
    decision.window = windows_[item];
    if (decision.verdict == Verdict::ineligible || !items[item]->formula) continue;
    work.arena.reset();
    decision.benefit = policy::estimate(*items[item], slots, matching::midnight(date_), work.arena);
  }
}

}  // namespace zhida::matcher
