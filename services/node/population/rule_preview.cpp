#include "node/population/rule_preview.hpp"

#include "matching/date.hpp"
#include "node/population/block_walk.hpp"
#include "node/population/region_mask.hpp"

#include <algorithm>
#include <functional>
#include <vector>

namespace zhida::node {
namespace {

namespace asio = boost::asio;
namespace engine = matching::engine;

/// Whether the conditions that the engine decides are the rule's own, one for one. Then nobody is one condition short of the rule whom the
/// engine does not call so; where several have become one, or one stands at several places, it may.
bool conditions_are_leaves(const engine::LoweredRule& lowered) {
  const auto leaves = lowered.rule.leaves();
  return std::ranges::all_of(lowered.conditions, [](const engine::Condition& condition) { return condition.leaves.size() == 1; }) &&
         std::ranges::all_of(leaves, [&](const matching::Leaf& leaf) { return &leaves[leaf.same_as] == &leaf; });
}

}  // namespace

asio::awaitable<std::chrono::microseconds> preview_rule(const stores::ReferenceData& reference, const stores::ProfileStore& profiles,
                                                        stores::ProfileColumns& columns, const matching::Rule& rule,
                                                        const campaign::RulePreview::Options& options, const std::string& region,
                                                        const PartitionSet& partitions, campaign::RulePreview& preview) {
  const auto epoch = co_await columns.at(options.date);
  engine::AudienceMatch match(engine::plan(epoch, rule, matching::midnight(options.date)));
  RegionMask within(reference, epoch, region);
  const bool knows_near = options.near && conditions_are_leaves(match.plan().rule);
  std::vector<cel::Value> slots(profiles.dictionary().size());
  cel::Arena lists;
  const std::function<void(std::size_t)> look = [&](std::size_t block) {
    const auto place = [&](std::size_t bit) { return columns.place(static_cast<engine::ProfileId>(block * engine::block_size + bit)); };
    const auto name = [&](std::size_t bit) { return profiles.uscc(place(bit).partition, place(bit).row); };
    // As the epoch has it: by now the store may know better, and the verdict is the epoch's. A bare rule has no manual conditions.
    const auto subject = [&](std::size_t bit) {
      lists.reset();
      for (const std::uint32_t slot : rule.slots())
        slots[slot] = engine::value_at(*epoch->attributes, *epoch->blocks[block], slot, bit, lists);
      return policy::Subject{slots, {}};
    };
    const engine::BlockVerdicts verdicts = match.decide(block);
    const engine::Mask near = knows_near ? match.one_short() : engine::Mask::all();
    preview.add(verdicts, epoch->blocks[block]->present & within.of(block), near, name, subject);
  };
  const std::function<bool(std::size_t)> wanted = [&](std::size_t block) { return partitions.contains_block(columns, block); };
  co_return co_await walk_blocks(match.blocks(), wanted, look);
}

}  // namespace zhida::node
