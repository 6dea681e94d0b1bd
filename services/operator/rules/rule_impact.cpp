#include "operator/rules/rule_impact.hpp"

#include "contracts/json.hpp"
#include "domain/campaign/audience_preview.hpp"
#include "domain/policy/check.hpp"
#include "domain/policy/sentence.hpp"
#include "matching/date.hpp"
#include "matching/engine/impact.hpp"
#include "operator/rules/block_walk.hpp"
#include "operator/rules/region_mask.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <span>
#include <utility>
#include <vector>

namespace zhida::operators {
namespace {

namespace asio = boost::asio;
namespace engine = matching::engine;
using contracts::JsonWriter;

/// What is written about one kind of change.
struct Kind {
  std::uint64_t profiles = 0;
  const campaign::EnterpriseSample& sample;
  std::span<const engine::ConditionShare> shares;
};

class Answer {
 public:
  Answer(const stores::ReferenceData& reference, JsonWriter& writer) : reference_(reference), writer_(writer) {}

  void write_moves(const engine::Impact& impact) {
    writer_.key("moves");
    writer_.begin_object();
    for (std::size_t from = 0; from < impact.moves.size(); ++from) {
      writer_.key(name(from));
      writer_.begin_object();
      for (std::size_t to = 0; to < impact.moves.size(); ++to) writer_.member(name(to), impact.moves[from][to]);
      writer_.end_object();
    }
    writer_.end_object();
  }

  void write(std::string_view member, const Kind& kind, const engine::LoweredRule& rule) {
    writer_.key(member);
    writer_.begin_object();
    writer_.member("count", kind.profiles);
    writer_.key("sample");
    writer_.begin_array();
    for (const enterprise::Uscc& uscc : kind.sample.sorted()) writer_.value(uscc.text());
    writer_.end_array();
    write_shares(kind.shares, rule);
    writer_.end_object();
  }

 private:
  static std::string_view name(std::size_t verdict) { return domain::name_of(static_cast<policy::Verdict>(verdict)); }

  /// Conditions that had a part in it, those that decided most by themselves first.
  void write_shares(std::span<const engine::ConditionShare> all, const engine::LoweredRule& rule) {
    std::vector<engine::ConditionShare> shares(all.begin(), all.end());
    std::erase_if(shares, [](const engine::ConditionShare& share) { return share.profiles == 0; });
    std::ranges::stable_sort(shares, std::ranges::greater(),
                             [](const engine::ConditionShare& share) { return std::pair(share.decided_alone, share.profiles); });
    writer_.key("by");
    writer_.begin_array();
    for (const engine::ConditionShare& share : shares) {
      writer_.begin_object();
      write_condition(rule.conditions[share.condition], rule.rule);
      writer_.member("count", share.profiles);
      writer_.member("alone", share.decided_alone);
      writer_.end_object();
    }
    writer_.end_array();
  }

  /// Bounds on both sides of a number, or alternatives over one attribute, are decided as one condition: then there are several leaves.
  void write_condition(const engine::Condition& condition, const matching::Rule& rule) {
    std::vector<std::string> leaves, texts;
    if (condition.kind == engine::ConditionKind::manual) {
      leaves.push_back("manual." + rule.manual()[condition.attribute].name);
      texts.push_back(rule.manual()[condition.attribute].label_zh);
    }
    for (const std::uint32_t number : condition.leaves) {
      leaves.push_back(rule.leaves()[number].text);
      texts.push_back(policy::leaf_zh(rule, rule.leaves()[number], reference_.regions));
    }
    writer_.member("leaves", leaves);
    writer_.member("texts_zh", texts);
  }

  const stores::ReferenceData& reference_;
  JsonWriter& writer_;
};

}  // namespace

asio::awaitable<std::string> RuleImpact::json(RuleChange change) const {
  const auto epoch = co_await columns_.at(change.asof);
  const cel::Value asof = matching::midnight(change.asof);
  const auto before = engine::plan(epoch, change.before, asof), after = engine::plan(epoch, change.after, asof);
  engine::ImpactCount count(before, after);
  campaign::EnterpriseSample entered(change.sample), left(change.sample), open(change.sample);
  RegionMask region(reference_, epoch, change.region);
  const std::function<void(std::size_t)> look = [&](std::size_t block) {
    const engine::Changed changed = count.add(block, region.of(block));
    const campaign::NameOfBit name = [&](std::size_t bit) {
      return columns_.uscc(static_cast<engine::ProfileId>(block * engine::block_size + bit));
    };
    entered.offer(changed.entered, name);
    left.offer(changed.left, name);
    open.offer(changed.became_unknown, name);
  };
  const std::chrono::microseconds took = co_await walk_blocks(count.blocks(), look);

  const engine::Impact& impact = count.counted();
  std::string text;
  JsonWriter writer(text);
  Answer answer(reference_, writer);
  writer.begin_object();
  writer.member("asof", change.asof);
  answer.write_moves(impact);
  answer.write("entered", {impact.entered, entered, impact.kept_out}, before->rule);
  answer.write("left", {impact.left, left, impact.shuts_out}, after->rule);
  answer.write("became_unknown", {impact.became_unknown, open, impact.leaves_open}, after->rule);
  writer.member("took_us", static_cast<std::int64_t>(took.count()));
  writer.end_object();
  co_return text;
}

}  // namespace zhida::operators
