// Previews, which the engine decides, against the scalar evaluator: the real items, made-up enterprises, several dates.

#include "domain/campaign/audience_preview.hpp"
#include "domain/campaign/region_limit.hpp"
#include "matching/date.hpp"
#include "node/population/rule_preview.hpp"
#include "services/sample_world.hpp"
#include "stores/profiles/region_scope.hpp"
#include "support/run_coroutine.hpp"

#include <gtest/gtest.h>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <functional>
#include <map>

namespace zhida::operators {
namespace {

namespace engine = matching::engine;
using campaign::Audience;
using campaign::EligibleAudience;
using campaign::JoinedAudience;
using campaign::Quantifier;
using campaign::RuleAudience;
using policy::Verdict;
using test::day_of;
using test::SampleWorld;

node::PartitionSet everywhere() { return node::PartitionSet::all(SampleWorld::partitions); }

constexpr std::string_view district = "310117";
constexpr std::string_view street = "310117103";

SampleWorld& world() {
  static SampleWorld& shared = []() -> SampleWorld& {
    static SampleWorld made;
    made.know_all(1'500);
    made.mention(made.generator.uscc(9'999));
    return made;
  }();
  return shared;
}

/// Calls `visit(uscc, subject)` for every enterprise of the region.
void for_each(domain::Date date, std::string_view region,
              const std::function<void(const enterprise::Uscc&, const policy::Subject&)>& visit) {
  const stores::RegionScope scope(world().profiles, region);
  for (int partition = 0; partition < SampleWorld::partitions; ++partition)
    for (stores::Row row = 0; row < world().profiles.size(partition); ++row) {
      const policy::Subject subject = world().subject(partition, row, date);
      if (scope.covers(subject.slots)) visit(world().profiles.uscc(partition, row), subject);
    }
}

void expect_same_preview(const matching::Rule& rule, domain::Date date, const std::string& region) {
  std::array<std::uint64_t, 4> counts{};
  std::map<std::string, std::uint64_t> near;
  campaign::EnterpriseSample sample(10);
  cel::Arena arena;
  for_each(date, region, [&](const enterprise::Uscc& uscc, const policy::Subject& subject) {
    arena.reset();
    const auto explained = matching::explain(rule, subject.slots, {}, matching::midnight(date), arena);
    ++counts[static_cast<std::size_t>(explained.verdict)];
    if (explained.verdict == Verdict::eligible) sample.offer(uscc);
    if (explained.one_short && !explained.failing.empty()) ++near[rule.leaves()[rule.leaves()[explained.failing.front()].same_as].text];
  });

  const campaign::RulePreview::Options options{date, true, 10};
  campaign::RulePreview preview(rule, options);
  const auto body = [](const matching::Rule& of, const campaign::RulePreview::Options& with, const std::string& in,
                       campaign::RulePreview& into) -> boost::asio::awaitable<void> {
    co_await node::preview_rule(world().reference, world().profiles, world().columns, of, with, in, everywhere(), into);
  };
  test::run_coroutine(world().io, body(rule, options, region, preview));
  EXPECT_EQ(preview.eligible(), counts[0]) << rule.text();
  EXPECT_EQ(preview.unknown(), counts[1] + counts[2]) << rule.text();
  EXPECT_EQ(preview.ineligible(), counts[3]) << rule.text();
  EXPECT_EQ(preview.sample(), sample.sorted());
  std::map<std::string, std::uint64_t> found;
  for (const campaign::RulePreview::Near& each : preview.near()) found[each.leaf] = each.count;
  EXPECT_EQ(found, near) << rule.text();
}

TEST(RulePreview, SaysOfTheRealRulesWhatTheScalarEvaluatorSays) {
  std::size_t with_near = 0;
  for (const auto& item : world().items) {
    const auto bare = matching::Rule::compile(world().reference.language, item->rule.text());
    if (!bare) continue;  // it names a manual condition
    expect_same_preview(*bare.rule, world().today, "");
    ++with_near;
  }
  EXPECT_GT(with_near, 80U);
  const auto dated = matching::Rule::compile(world().reference.language, "years_since(p.established, asof) >= 5 && p.employees > 3");
  for (const domain::Date date : {day_of(2020, 1, 1), day_of(2030, 6, 30)})
    for (const std::string_view region : {district, street, std::string_view("310101")})
      expect_same_preview(*dated.rule, date, std::string(region));
}

TEST(RulePreview, FindsNearMissesWhereConditionsHaveBecomeOneOrStandTwice) {
  for (const char* text : {R"(p.employees >= 5 && p.employees <= 40 && p.size_class in ["small", "micro"])",
                           R"((p.employees >= 5 && p.revenue > 1000000) || (p.employees >= 5 && p.is_branch))",
                           R"((p.employees >= 50 || p.is_branch) && (p.employees >= 50 || p.size_class == "large"))",
                           R"(p.size_class == "small" || p.size_class == "medium")", R"(p.employees >= 5 && p.employees <= 3)"}) {
    const auto rule = matching::Rule::compile(world().reference.language, text);
    ASSERT_TRUE(rule) << text;
    expect_same_preview(*rule.rule, world().today, "");
  }
}

TEST(RulePreview, IsOfOneMomentWhateverIsRecordedMeanwhile) {
  SampleWorld changing;
  changing.know_all(1'500);
  // Long enough that the preview gives way between two blocks.
  std::string text = "p.employees >= 1000000";
  for (int i = 1; i <= 150; ++i) text += " && p.employees + " + std::to_string(i) + " > 0";
  const auto rule = matching::Rule::compile(changing.reference.language, text);
  ASSERT_TRUE(rule);
  const campaign::RulePreview::Options options{changing.today, true, 0};
  const auto near = [&](const std::function<void()>& meanwhile) {
    campaign::RulePreview preview(*rule.rule, options);
    const auto body = [](SampleWorld& in, const matching::Rule& of, const campaign::RulePreview::Options& with,
                         const std::function<void()>& change, campaign::RulePreview& into) -> boost::asio::awaitable<void> {
      co_await in.columns.at(with.date);
      boost::asio::post(in.io, change);
      co_await node::preview_rule(in.reference, in.profiles, in.columns, of, with, "", everywhere(), into);
    };
    test::run_coroutine(changing.io, body(changing, *rule.rule, options, meanwhile, preview));
    std::uint64_t sum = 0;
    for (const campaign::RulePreview::Near& each : preview.near()) sum += each.count;
    return sum;
  };
  const std::uint64_t before = near([] {});
  EXPECT_GT(before, 1'000U);
  const std::uint64_t during = near([&] {
    for (int partition = 0; partition < SampleWorld::partitions; ++partition)
      for (stores::Row row = 0; row < changing.profiles.size(partition); ++row) {
        contracts::ProfilePatched event;
        event.uscc = changing.profiles.uscc(partition, row);
        contracts::AttributeStatement statement;
        statement.name = "employees";
        statement.value = enterprise::RawValue::of(std::int64_t{2'000'000});
        statement.source = "人社局";
        statement.as_of = day_of(2026, 11, 22);
        event.attributes.push_back(statement);
        changing.fold(event);
      }
  });
  EXPECT_EQ(during, before);
  EXPECT_EQ(near([] {}), 0U) << "and then everybody has enough";
}

Audience eligible(Quantifier quantifier, std::vector<Verdict> verdicts) {
  return Audience{EligibleAudience{quantifier, std::move(verdicts)}};
}

/// Every third item, half of them with a window that is closed on some of the dates.
campaign::PackageItems package(std::size_t from) {
  campaign::PackageItems items;
  for (std::size_t i = from; i < world().items.size(); i += 12) items.push_back(world().items[i]);
  return items;
}

TEST(AudienceMasks, HoldExactlyTheEnterprisesThatTheScalarEvaluatorLetsIn) {
  const std::string rule = R"(p.size_class in ["small", "micro"] && p.employees > 2)";
  JoinedAudience joined;
  joined.parts.push_back(eligible(Quantifier::any, {Verdict::eligible, Verdict::manual}));
  joined.parts.push_back(Audience{RuleAudience{rule}});
  joined.parts.push_back(Audience{RuleAudience{campaign::region_rule(district)}});
  const std::vector<Audience> audiences{Audience{RuleAudience{"true"}},
                                        Audience{RuleAudience{rule}},
                                        eligible(Quantifier::any, {Verdict::eligible}),
                                        eligible(Quantifier::any, {Verdict::manual}),
                                        eligible(Quantifier::all, {Verdict::eligible, Verdict::manual}),
                                        Audience{joined}};
  std::size_t members = 0;
  for (std::size_t from = 0; from < 12; ++from)
    for (const Audience& audience : audiences)
      for (const domain::Date date : {world().today, day_of(2027, 1, 1), day_of(2024, 3, 15)}) {
        const auto compiled = campaign::CompiledAudience::compile(world().reference.language, audience, package(from));
        ASSERT_TRUE(compiled.audience);
        campaign::AudiencePreview scalar(*compiled.audience, date, 10), masked(*compiled.audience, date, 10);
        for_each(date, "", [&](const enterprise::Uscc& uscc, const policy::Subject& subject) { scalar.add(uscc, subject); });

        const auto body = [](const campaign::CompiledAudience& of, domain::Date on,
                             campaign::AudiencePreview& into) -> boost::asio::awaitable<void> {
          const auto epoch = co_await world().columns.at(on);
          campaign::AudienceMasks masks(of, epoch, on);
          for (std::size_t block = 0; block < masks.blocks(); ++block)
            into.add(masks, block, engine::Mask::all(), [&](std::size_t bit) {
              return world().columns.uscc(static_cast<engine::ProfileId>(block * engine::block_size + bit));
            });
        };
        test::run_coroutine(world().io, body(*compiled.audience, date, masked));
        EXPECT_EQ(masked.audience(), scalar.audience());
        EXPECT_EQ(masked.verdicts(), scalar.verdicts());
        EXPECT_EQ(masked.sample(), scalar.sample());
        members += scalar.audience();
      }
  EXPECT_GT(members, 0U);
}

}  // namespace
}  // namespace zhida::operators
