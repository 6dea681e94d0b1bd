#include "matching/engine/mask_cache.hpp"

namespace zhida::matching::engine {
namespace {

std::size_t size_of(const CachedMasks& masks) { return masks.masks.size() * (sizeof(Mask) + sizeof(std::uint64_t)); }

}  // namespace

std::size_t MaskCache::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

std::shared_ptr<const CachedMasks> MaskCache::find(const std::string& key) {
  const std::lock_guard lock(mutex_);
  const auto found = kept_.find(key);
  if (found == kept_.end()) return nullptr;
  uses_.splice(uses_.begin(), uses_, found->second.use);
  return found->second.masks;
}

void MaskCache::keep(const std::string& key, std::shared_ptr<const CachedMasks> masks) {
  const std::lock_guard lock(mutex_);
  bytes_ += size_of(*masks);
  if (const auto found = kept_.find(key); found != kept_.end()) {
    bytes_ -= size_of(*found->second.masks);
    found->second.masks = std::move(masks);
  } else {
    uses_.push_front(key);
    kept_.emplace(key, Kept{std::move(masks), uses_.begin()});
  }
  while (bytes_ > most_bytes_ && !uses_.empty()) {
    const auto last = kept_.find(uses_.back());
    bytes_ -= size_of(*last->second.masks);
    kept_.erase(last);
    uses_.pop_back();
  }
}

template <class Make>
std::shared_ptr<const CachedMasks> MaskCache::current(const std::string& key, const Epoch& epoch, Make&& make) {
  const std::shared_ptr<const CachedMasks> old = find(key);
  if (old && old->generation == epoch.block_generation) return old;
  auto made = std::make_shared<CachedMasks>();
  made->generation = epoch.block_generation;
  for (std::size_t i = 0; i < epoch.blocks.size(); ++i) {
    const std::uint64_t version = epoch.blocks[i]->version;
    const bool same = old && i < old->versions.size() && old->versions[i] == version;
    made->masks.push_back(same ? old->masks[i] : make(*epoch.blocks[i]));
    made->versions.push_back(version);
  }
  // A reader of an old epoch does not drive out what is newer.
  if (!old || old->generation < made->generation) keep(key, made);
  return made;
}

std::shared_ptr<const CachedMasks> MaskCache::definite(const ScanCondition& condition, const AudiencePlan& plan, const Kernels& with) {
  return current(condition.key, *plan.epoch, [&](const Block& block) { return scan(condition, plan, block, with).definite; });
}

std::shared_ptr<const CachedMasks> MaskCache::present(const AudiencePlan& plan) {
  return current("present", *plan.epoch, [](const Block& block) { return block.present; });
}

std::shared_ptr<const CachedMasks> MaskCache::missing(std::uint32_t attribute, const AudiencePlan& plan) {
  return current("?" + std::to_string(attribute), *plan.epoch, [&](const Block& block) {
    const Column* const column = block.column(attribute);
    return column ? ~column->known : Mask::all();
  });
}

}  // namespace zhida::matching::engine
