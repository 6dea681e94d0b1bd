// The columns of a profile store against the scalar evaluator: the real items, made-up enterprises, several dates, updates in between.

#include "matching/date.hpp"
#include "matching/engine/audience_match.hpp"
#include "services/sample_world.hpp"
#include "support/run_coroutine.hpp"

#include <gtest/gtest.h>
#include <boost/asio/post.hpp>

#include <functional>

namespace zhida {
namespace {

namespace engine = matching::engine;
using matching::Verdict;
using test::day_of;
using test::SampleWorld;

Verdict verdict_at(const engine::BlockVerdicts& verdicts, std::size_t bit) {
  return verdicts.eligible.test(bit)  ? Verdict::eligible
         : verdicts.manual.test(bit)  ? Verdict::manual
         : verdicts.unknown.test(bit) ? Verdict::unknown
                                      : Verdict::ineligible;
}

/// How many pairs differ; how often each verdict occurs.
struct Comparison {
  std::size_t pairs = 0, different = 0;
  std::array<std::size_t, 4> verdicts{};
};

Comparison compare(SampleWorld& world, const SampleWorld::EpochPtr& epoch, domain::Date date) {
  Comparison found;
  cel::Arena arena;
  for (const auto& item : world.items) {
    engine::AudienceMatch match(engine::plan(epoch, item->rule, matching::midnight(date)));
    std::vector<engine::BlockVerdicts> blocks;
    for (std::size_t block = 0; block < match.blocks(); ++block) blocks.push_back(match.decide(block));
    std::size_t present = 0;
    for (const auto& block : epoch->blocks) present += block->present.count();
    EXPECT_EQ(present, world.usccs.size());
    for (int partition = 0; partition < SampleWorld::partitions; ++partition) {
      for (stores::Row row = 0; row < world.profiles.size(partition); ++row) {
        const policy::Subject subject = world.subject(partition, row, date);
        arena.reset();
        const Verdict expected = matching::decide(item->rule, subject.slots, subject.determinations, matching::midnight(date), arena);
        const engine::ProfileId id = world.columns.id({partition, row});
        const Verdict verdict = verdict_at(blocks[id / engine::block_size], id % engine::block_size);
        ++found.pairs;
        ++found.verdicts[static_cast<std::size_t>(expected)];
        if (verdict != expected) ++found.different;
      }
    }
  }
  return found;
}

TEST(ProfileColumns, AgreeWithTheScalarEvaluatorOnTheRealItemsAndEveryDate) {
  SampleWorld world;
  ASSERT_EQ(world.items.size(), 99U);
  ASSERT_GT(world.conditions.size(), 3U);
  world.know_all(2'000);
  for (const domain::Date date : {day_of(2026, 11, 23), day_of(2027, 1, 1), day_of(2024, 2, 29), day_of(2026, 11, 23)}) {
    const Comparison found = compare(world, world.epoch_at(date), date);
    EXPECT_EQ(found.different, 0U) << "of " << found.pairs;
    for (const std::size_t each : found.verdicts) EXPECT_GT(each, 0U) << "every verdict occurs";
  }
}

TEST(ProfileColumns, FollowUpdatesDeterminationsAndTheDay) {
  SampleWorld world;
  world.know_all(1'200);
  const SampleWorld::EpochPtr before = world.epoch_at(world.today);
  EXPECT_EQ(world.epoch_at(world.today), before) << "nothing is published when nothing changed";
  for (std::uint64_t index = 0; index < 300; index += 2) world.know(index, 11);
  world.know_all(1'300);
  for (std::uint64_t index = 0; index < 1'300; index += 7)
    world.determine(world.generator.uscc(index), world.conditions[index % world.conditions.size()], index % 2 == 0,
                    day_of(2026, 11, 30 - static_cast<unsigned>(index % 20)));
  world.mention(world.generator.uscc(5'000));
  EXPECT_EQ(compare(world, world.epoch_at(world.today), world.today).different, 0U);
  world.today = day_of(2026, 12, 5);
  EXPECT_EQ(compare(world, world.epoch_at(world.today), world.today).different, 0U);
  EXPECT_EQ(compare(world, world.epoch_at(day_of(2026, 11, 23)), day_of(2026, 11, 23)).different, 0U);
}

/// Runs what is posted to the executor again and again while somebody else works there, with the number of the time.
void meanwhile(boost::asio::io_context& io, const bool& over, int time, const std::function<void(int)>& work) {
  boost::asio::post(io, [&io, &over, time, &work] {
    if (over) return;
    work(time);
    meanwhile(io, over, time + 1, work);
  });
}

TEST(ProfileColumns, GiveWayWhileTheyLookAtAnotherDayAndMissNothingThatIsRecordedThen) {
  SampleWorld world;
  std::erase_if(world.items, [](const auto& item) { return item->rule.manual().empty(); });
  ASSERT_GT(world.items.size(), 1U);
  world.know_all(600);
  for (std::uint64_t index = 1'000; index < 31'000; ++index)
    world.determine(world.generator.uscc(index), world.conditions[index % world.conditions.size()], true, day_of(2026, 12, 31));
  const domain::Date later = day_of(2027, 2, 1);
  world.epoch_at(world.today);

  const std::size_t enterprises = world.usccs.size();
  int turns = 0;
  const std::function<void(int)> record = [&](int time) {
    turns = time;
    // Of known enterprises and new ones; what holds today and later, or makes a difference later only.
    const auto number = static_cast<std::uint64_t>(time);
    if (time > 8) return;
    for (std::uint64_t i = 0; i < 5; ++i) {
      const std::string& condition = world.conditions[(number + i) % world.conditions.size()];
      world.determine(world.generator.uscc(1'000 + number * 3'000 + i), condition, i % 2 == 0, day_of(2028, 12, 31));
      world.determine(world.generator.uscc(40'000 + number * 100 + i), condition, true, day_of(2027, 1, 31));
    }
  };
  bool over = false;
  meanwhile(world.io, over, 1, record);
  SampleWorld::EpochPtr epoch;
  const auto body = [](SampleWorld& of, domain::Date on, SampleWorld::EpochPtr& into, bool& done) -> boost::asio::awaitable<void> {
    into = co_await of.columns.at(on);
    done = true;
  };
  test::run_coroutine(world.io, body(world, later, epoch, over));
  EXPECT_GE(turns, 5) << "others never waited long";
  EXPECT_GT(world.usccs.size(), enterprises);
  EXPECT_EQ(compare(world, epoch, later).different, 0U);
  EXPECT_EQ(compare(world, world.epoch_at(world.today), world.today).different, 0U);
  world.today = later;
  EXPECT_EQ(compare(world, world.epoch_at(later), later).different, 0U);
}

TEST(ProfileColumns, NumberEnterprisesThereAndBack) {
  SampleWorld world;
  world.know_all(2'000);
  for (int partition = 0; partition < SampleWorld::partitions; ++partition)
    for (stores::Row row = 0; row < world.profiles.size(partition); ++row) {
      const engine::ProfileId id = world.columns.id({partition, row});
      EXPECT_EQ(world.columns.uscc(id), world.profiles.uscc(partition, row));
      EXPECT_EQ(world.columns.place(id).partition, partition);
    }
}

}  // namespace
}  // namespace zhida
