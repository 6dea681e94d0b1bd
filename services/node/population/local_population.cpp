#include "node/population/local_population.hpp"

#include "domain/campaign/audience_masks.hpp"
#include "domain/campaign/audience_preview.hpp"
#include "domain/campaign/compiled_campaign.hpp"
#include "node/population/block_walk.hpp"
#include "node/population/impact_tally.hpp"
#include "node/population/profile_walk.hpp"
#include "node/population/region_mask.hpp"
#include "node/population/rule_preview.hpp"

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

namespace zhida::node {

namespace asio = boost::asio;
namespace engine = matching::engine;

asio::awaitable<std::optional<contracts::Tally>> LocalPopulation::ask(contracts::Question question) {
  if (!profiles_.ready()) co_return std::nullopt;
  PartitionSet all = PartitionSet::all(profiles_.partitions());
  co_return co_await ask(std::move(question), std::move(all));
}

asio::awaitable<std::optional<contracts::Tally>> LocalPopulation::ask(contracts::Question question, PartitionSet partitions) {
  if (const auto* const rule = std::get_if<contracts::RuleQuestion>(&question)) co_return co_await tally(*rule, partitions);
  if (const auto* const audience = std::get_if<contracts::AudienceQuestion>(&question)) co_return co_await tally(*audience, partitions);
  co_return co_await tally(std::get<contracts::ImpactQuestion>(question), partitions);
}

auto LocalPopulation::tally(const contracts::RuleQuestion& question, const PartitionSet& partitions) -> Answer {
  const matching::CompiledRule rule = matching::Rule::compile(reference_.language, question.rule);
  if (!rule) co_return std::nullopt;
  const campaign::RulePreview::Options options{question.date, question.near, static_cast<std::size_t>(question.sample)};
  campaign::RulePreview preview(*rule.rule, options);
  const auto took = co_await preview_rule(reference_, profiles_, columns_, *rule.rule, options, question.region, partitions, preview);
  campaign::RuleTally tally = preview.tally();
  tally.took = took;
  co_return contracts::Tally(std::move(tally));
}

auto LocalPopulation::tally(const contracts::AudienceQuestion& question, const PartitionSet& partitions) -> Answer {
  const auto campaign = catalog_.campaign(question.campaign);
  if (!campaign || campaign->revision != static_cast<std::uint64_t>(question.revision)) co_return std::nullopt;
  const campaign::FindItem find = [this](std::string_view id, int version) { return catalog_.compiled(id, version); };
  const campaign::CompileOutcome outcome = campaign::compile(*campaign, reference_.language, find);
  if (!outcome.compiled) co_return std::nullopt;

  const campaign::CompiledAudience& audience = outcome.compiled->audience;
  campaign::AudiencePreview found(audience, question.date, static_cast<std::size_t>(question.sample));
  std::chrono::microseconds took{0};
  if (audience.listed()) {
    std::vector<enterprise::Uscc> here;
    std::ranges::copy_if(*audience.listed(), std::back_inserter(here),
                         [&](const enterprise::Uscc& uscc) { return partitions.contains(profiles_.partition_of(uscc)); });
    const LookAtProfile look = [&found](const enterprise::Uscc& uscc, const policy::Subject& subject) { found.add(uscc, subject); };
    const stores::RegionScope scope(profiles_, question.region);
    took = co_await walk_profiles(profiles_, scope, question.date, here, look);
  } else {
    const auto epoch = co_await columns_.at(question.date);
    campaign::AudienceMasks masks(audience, epoch, question.date);
    RegionMask region(reference_, epoch, question.region);
    const std::function<bool(std::size_t)> wanted = [&](std::size_t block) { return partitions.contains_block(columns_, block); };
    const std::function<void(std::size_t)> look = [&](std::size_t block) {
      const auto name = [&](std::size_t bit) { return columns_.uscc(static_cast<engine::ProfileId>(block * engine::block_size + bit)); };
      found.add(masks, block, region.of(block), name);
    };
    took = co_await walk_blocks(masks.blocks(), wanted, look);
  }
  co_return contracts::Tally(campaign::AudienceTally{found.audience(), found.verdicts(), found.sample(), took});
}

auto LocalPopulation::tally(const contracts::ImpactQuestion& question, const PartitionSet& partitions) -> Answer {
  const std::optional<matching::Rule> before = compile(question.before), after = compile(question.after);
  if (!before || !after) co_return std::nullopt;
  const auto epoch = co_await columns_.at(question.date);
  ImpactTallier tallier(reference_, columns_, epoch, *before, *after, question);
  const std::function<bool(std::size_t)> wanted = [&](std::size_t block) { return partitions.contains_block(columns_, block); };
  const std::function<void(std::size_t)> look = [&](std::size_t block) { tallier.add(block); };
  const auto took = co_await walk_blocks(tallier.blocks(), wanted, look);
  campaign::ImpactTally tally = tallier.tally();
  tally.took = took;
  co_return contracts::Tally(std::move(tally));
}

std::optional<matching::Rule> LocalPopulation::compile(const contracts::ImpactQuestion::Side& side) const {
  return std::move(matching::Rule::compile(reference_.language, side.rule, side.manual).rule);
}

}  // namespace zhida::node
