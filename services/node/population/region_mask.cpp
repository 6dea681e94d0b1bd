#include "node/population/region_mask.hpp"

#include "domain/campaign/region_limit.hpp"

#include <utility>

namespace zhida::node {
namespace engine = matching::engine;

RegionMask::RegionMask(const stores::ReferenceData& reference, std::shared_ptr<const engine::Epoch> epoch, std::string_view region)
    : limited_(!region.empty()) {
  if (!limited_) return;
  // The rule does not look at the date.
  const matching::CompiledRule rule = matching::Rule::compile(reference.language, campaign::region_rule(region));
  if (rule) match_.emplace(engine::plan(std::move(epoch), *rule.rule, cel::Value()));
}

engine::Mask RegionMask::of(std::size_t block) {
  if (!limited_) return engine::Mask::all();
  return match_ ? match_->decide(block).eligible : engine::Mask::none();
}

}  // namespace zhida::node
