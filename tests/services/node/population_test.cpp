// Questions about all enterprises, answered by those who hold some of them: the sums are those of one who holds all.

#include "contracts/queries/query.hpp"
#include "contracts/queries/tally_json.hpp"
#include "node/population/local_population.hpp"
#include "services/sample_world.hpp"
#include "stores/catalog/catalog_store.hpp"
#include "support/run_coroutine.hpp"

#include <gtest/gtest.h>

#include <span>
#include <vector>

namespace zhida::node {
namespace {

using contracts::Question;
using contracts::Tally;
using test::SampleWorld;

/// 1,500 enterprises in three partitions.
struct Ground {
  Ground() { world.know_all(1'500); }

  SampleWorld world;
  stores::CatalogStore catalog{world.io.get_executor(), world.log, world.reference.language, world.dead_letters};
  LocalPopulation population{world.reference, catalog, world.profiles, world.columns};
};

Ground& ground() {
  static Ground made;
  return made;
}

boost::asio::awaitable<void> ask_into(Question question, PartitionSet partitions, std::optional<Tally>& into) {
  into = co_await ground().population.ask(std::move(question), std::move(partitions));
}

Tally ask(const Question& question, const std::vector<int>& partitions) {
  std::optional<Tally> tally;
  test::run_coroutine(ground().world.io, ask_into(question, PartitionSet::of(SampleWorld::partitions, partitions), tally));
  return tally.value();
}

/// As it arrives over the wire.
template <class Each>
Each travelled(const Tally& tally) {
  return std::get<Each>(contracts::read_tally(contracts::to_json(tally), tally.index()).value());
}

template <class Each>
void expect_parts_make_the_whole(const Question& question, std::size_t sample) {
  Each whole = std::get<Each>(ask(question, {0, 1, 2}));
  const std::vector<Each> parts = {travelled<Each>(ask(question, {1})), travelled<Each>(ask(question, {0, 2}))};
  Each sum = campaign::sum(std::span<const Each>(parts), sample);
  EXPECT_EQ(sum.took, std::max(parts[0].took, parts[1].took));
  whole.took = sum.took = {};
  EXPECT_EQ(contracts::to_json(Tally(sum)), contracts::to_json(Tally(whole)));
  EXPECT_NE(contracts::to_json(Tally(parts[0])), contracts::to_json(Tally(parts[1])));
}

TEST(Population, OfARuleIsTheSumOfItsPartitions) {
  for (const char* const rule : {"p.employees >= 5 && p.employees <= 40", R"(p.size_class in ["small", "micro"] && p.revenue > 1000000)"})
    for (const std::string region : {"", "310117103"})
      expect_parts_make_the_whole<campaign::RuleTally>(contracts::RuleQuestion{rule, ground().world.today, true, 10, region}, 10);
}

TEST(Population, OfAChangeIsTheSumOfItsPartitions) {
  const contracts::ImpactQuestion question{
      {"p.employees >= 5 && p.employees <= 40", {}}, {"p.employees >= 10 && p.revenue > 1000000", {}}, ground().world.today, 7, ""};
  expect_parts_make_the_whole<campaign::ImpactTally>(question, 7);
}

TEST(Population, WhatIsNotKnownHereIsNotAnswered) {
  std::optional<Tally> tally;
  const auto unanswered = [&](const Question& question) {
    test::run_coroutine(ground().world.io, ask_into(question, PartitionSet::all(SampleWorld::partitions), tally));
    return !tally.has_value();
  };
  EXPECT_TRUE(unanswered(contracts::RuleQuestion{"p.no_such >= 5", ground().world.today, false, 0, ""}));
  EXPECT_TRUE(unanswered(contracts::AudienceQuestion{"c1", 1, ground().world.today, 0, ""}));
}

TEST(Population, TalliesOfDifferentRulesAreNotAdded) {
  const auto impact = [](const char* after) {
    return std::get<campaign::ImpactTally>(
        ask(contracts::ImpactQuestion{{"p.employees >= 5", {}}, {after, {}}, ground().world.today, 0, ""}, {0}));
  };
  const std::vector<campaign::ImpactTally> parts = {impact("p.employees >= 10"), impact("p.revenue > 1000000")};
  EXPECT_THROW(campaign::sum(std::span<const campaign::ImpactTally>(parts), 0), std::invalid_argument);
}

TEST(Queries, ReadAsTheyWereWritten) {
  const std::vector<Question> questions = {
      contracts::RuleQuestion{"p.employees >= 5", test::day_of(2026, 11, 23), true, 10, "310117"},
      contracts::AudienceQuestion{"c12", 4, test::day_of(2026, 11, 23), 3, ""},
      contracts::ImpactQuestion{{"true", {}}, {"manual.credit", {{"credit", "信用良好"}}}, test::day_of(2026, 1, 1), 0, ""}};
  for (const Question& question : questions) {
    const contracts::Query query{question, {0, 5}, {{"catalog", {7}}, {"profiles", {1, 2, 3}}}};
    const std::string json = contracts::to_json(query);
    const auto read = contracts::read_query(json);
    ASSERT_TRUE(read.has_value()) << json;
    EXPECT_EQ(read->question.index(), question.index());
    EXPECT_EQ(contracts::to_json(*read), json);
  }
}

TEST(Queries, OfAnUnknownKindAreRefused) {
  EXPECT_TRUE(contracts::read_query(R"({"riddle":{},"partitions":[0],"folded":{}})").has_error());
  EXPECT_TRUE(contracts::read_query(R"({"rule_question":{"rule":7},"partitions":[0],"folded":{}})").has_error());
  EXPECT_TRUE(contracts::read_query("nothing").has_error());
}

}  // namespace
}  // namespace zhida::node
