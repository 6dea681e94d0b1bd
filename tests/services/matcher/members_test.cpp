// Who is in an audience and what is decided for them, by the engine's masks, against the scalar evaluator: the real items, made-up
// enterprises, several dates.

#include "matcher/members.hpp"

#include "services/sample_world.hpp"
#include "support/run_coroutine.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <utility>
#include <vector>

namespace zhida::matcher {
namespace {

using campaign::Audience;
using campaign::CompiledAudience;
using campaign::EligibleAudience;
using campaign::RuleAudience;
using test::day_of;
using test::SampleWorld;
CompiledAudience compiled(const SampleWorld& world, Audience audience, std::size_t from) {
  campaign::PackageItems items;
  for (std::size_t i = from; i < world.items.size(); i += 9) items.push_back(world.items[i]);
  return *CompiledAudience::compile(world.reference.language, std::move(audience), std::move(items)).audience;
}

/// Asks about everybody in no order; how many are members.
std::size_t expect_as_evaluated(SampleWorld& world, const CompiledAudience& audience, Members& members, domain::Date date) {
  std::vector<std::pair<int, stores::Row>> rows;
  for (int partition = 0; partition < SampleWorld::partitions; ++partition)
    for (stores::Row row = 0; row < world.profiles.size(partition); ++row) rows.emplace_back(partition, row);
  std::ranges::shuffle(rows, std::mt19937(3));
  std::size_t found = 0;
  CompiledAudience::Work expected, decided;
  for (const auto& [partition, row] : rows) {
    const policy::Subject subject = world.subject(partition, row, date);
    const enterprise::Uscc& uscc = world.profiles.uscc(partition, row);
    const matching::engine::ProfileId id = world.columns.id({partition, row});
    const bool is_member = audience.contains(uscc, subject, date, expected);
    EXPECT_EQ(members.contains(id), is_member) << uscc.text();
    if (!is_member) continue;
    ++found;
    members.decide_items(id, subject.slots, decided);
    EXPECT_EQ(decided.items.size(), audience.items().size());
    for (std::size_t item = 0; item < decided.items.size(); ++item) {
      EXPECT_EQ(decided.items[item].verdict, expected.items[item].verdict) << uscc.text() << " " << audience.items()[item]->id;
      EXPECT_EQ(decided.items[item].window, expected.items[item].window) << uscc.text() << " " << audience.items()[item]->id;
      EXPECT_EQ(decided.items[item].benefit, expected.items[item].benefit) << uscc.text() << " " << audience.items()[item]->id;
    }
  }
  return found;
}

TEST(Members, AreDecidedAsTheScalarEvaluatorDecidesThem) {
  SampleWorld world;
  world.know_all(1'200);
  world.mention(world.generator.uscc(9'999));
  std::size_t found = 0;
  for (const Audience& audience :
       {Audience{RuleAudience{"true"}}, Audience{RuleAudience{"p.employees > 20"}}, Audience{EligibleAudience{}}})
    for (std::size_t from = 0; from < 9; from += 2) {
      const CompiledAudience of = compiled(world, audience, from);
      Members members(of);
      for (const domain::Date date : {world.today, day_of(2027, 1, 1)}) {
        members.look_at(world.epoch_at(date), date);
        found += expect_as_evaluated(world, of, members, date);
      }
    }
  EXPECT_GT(found, 0U);
}

TEST(Members, AreThoseOfTheProfilesAsTheyHaveBecome) {
  SampleWorld world;
  world.know_all(1'200);
  const CompiledAudience audience = compiled(world, Audience{EligibleAudience{}}, 0);
  Members members(audience);
  for (std::uint64_t seed = 8; seed < 12; ++seed) {
    members.look_at(world.epoch_at(world.today), world.today);
    EXPECT_GT(expect_as_evaluated(world, audience, members, world.today), 0U);
    for (std::uint64_t index = seed; index < 20; ++index) world.know(index, seed);
    world.know_all(1'200 + 300 * (seed - 7));
    for (std::uint64_t index = 0; index < 1'200; index += 90 + seed)
      world.determine(world.generator.uscc(index), world.conditions[index % world.conditions.size()], index % 2 == 0, {});
  }
}

}  // namespace
}  // namespace zhida::matcher
