#include "stores/fold_fixture.hpp"

#include "contracts/dead_letters/dead_letter.hpp"
#include "contracts/intents/intents_decided.hpp"
#include "contracts/receipts/receipts_recorded.hpp"

#include <algorithm>
#include <random>
#include <set>

namespace zhida::test {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using boost::system::result;

/// Generous: sanitizers and busy machines are slow.
constexpr auto patience = 180s;

class DeliveriesFoldTest : public FoldTest {};

std::chrono::microseconds random_time(std::mt19937& random, int most_us) {
  return std::chrono::microseconds(std::uniform_int_distribution<int>(0, most_us)(random));
}

/// Slices of the history, to append one after the other.
std::vector<std::vector<log::NewRecord>> slices(std::vector<log::NewRecord> history, std::size_t count) {
  std::vector<std::vector<log::NewRecord>> all(count);
  for (std::size_t i = 0; i < history.size(); ++i) all[i * count / history.size()].push_back(std::move(history[i]));
  return all;
}

TEST_F(DeliveriesFoldTest, EqualsAnIndependentFoldWhateverTheOrder) {
  auto body = [&]() -> asio::awaitable<void> {
    std::mt19937 random(1);
    auto folders = start(writer);
    for (auto& slice : slices(random_history(random, 200, 6), 10)) {
      co_await append(std::move(slice));
      co_await sleep(1ms);
    }
    co_await catch_up();
    co_await expect_exact();
    co_await folders->kill();
  };
  run_coroutine(io, body(), patience);
}

TEST_F(DeliveriesFoldTest, KeepsNoTopicWaitingForALongOne) {
  auto body = [&]() -> asio::awaitable<void> {
    std::mt19937 random(9);
    auto folders = start(writer);
    co_await catch_up();
    co_await append(random_history(random, 400, 12));
    std::vector<log::Offset> clicks, intents;
    for (int attempt = 0; attempt < 100'000 && (clicks.empty() || clicks[0] == 0); ++attempt) {
      const auto folded = co_await reader.folded_to();
      if (folded) {
        clicks = folded->at("engagements");
        intents = folded->at("intents");
      }
      co_await sleep(std::chrono::microseconds(200));
    }
    const boost::system::result<log::Range> all = co_await log.range("intents", 0);
    EXPECT_GT(clicks.at(0), 0);
    EXPECT_LT(intents.at(0), all->end) << "what follows waited until every intent was folded";
    co_await catch_up();
    co_await expect_exact();
    co_await folders->kill();
  };
  run_coroutine(io, body(), patience);
}

TEST_F(DeliveriesFoldTest, IsExactAfterTheRunnerWasKilledAtRandomPoints) {
  auto body = [&]() -> asio::awaitable<void> {
    std::mt19937 random(2);
    auto rounds = slices(random_history(random, 200, 6), 60);
    for (auto& slice : rounds) {
      auto folders = start(writer);
      co_await append(std::move(slice));
      co_await sleep(random_time(random, 4'000));
      co_await folders->kill();
    }
    auto folders = start(writer);
    co_await catch_up();
    co_await expect_exact();
    co_await folders->kill(asio::cancellation_type::total);
  };
  run_coroutine(io, body(), patience);
}

TEST_F(DeliveriesFoldTest, StaysExactWithTwoCompetingRunners) {
  auto body = [&]() -> asio::awaitable<void> {
    std::mt19937 random(3);
    auto one = start(writer);
    stores::Progress unseen(io.get_executor());
    Folders other(io.get_executor(), log, other_writer, fold, unseen, dead_letters);
    for (auto& slice : slices(random_history(random, 200, 6), 40)) {
      co_await append(std::move(slice));
      co_await sleep(random_time(random, 2'000));
    }
    co_await catch_up();
    co_await expect_exact();
    co_await one->kill();
    co_await other.kill();
  };
  run_coroutine(io, body(), patience);
}

TEST_F(DeliveriesFoldTest, FoldsAgainFromTheStartAfterFlushall) {
  auto body = [&]() -> asio::awaitable<void> {
    std::mt19937 random(4);
    co_await other_writer.wait_until_connected();
    auto folders = start(writer);
    for (auto& slice : slices(random_history(random, 200, 6), 12)) {
      co_await append(std::move(slice));
      co_await sleep(random_time(random, 6'000));
      const auto flushed = co_await other_writer.command("FLUSHALL");
      EXPECT_TRUE(flushed.has_value());
    }
    co_await catch_up();
    co_await expect_exact();
    // A flush that nothing follows is noticed too.
    const auto flushed = co_await other_writer.command("FLUSHALL");
    EXPECT_TRUE(flushed.has_value());
    co_await catch_up();
    co_await expect_exact();
    co_await folders->kill();
  };
  run_coroutine(io, body(), patience);
}

TEST_F(DeliveriesFoldTest, SurvivesTheKillOfRedis) {
  auto body = [&]() -> asio::awaitable<void> {
    std::mt19937 random(5);
    auto folders = start(writer);
    for (auto& slice : slices(random_history(random, 150, 4), 5)) {
      co_await append(std::move(slice));
      co_await sleep(random_time(random, 8'000));
      server.stop();
      const auto gone = co_await reader.campaign(1);
      EXPECT_FALSE(gone.has_value());
      co_await sleep(20ms);
      server.start();
    }
    co_await catch_up();
    co_await expect_exact();
    co_await folders->kill();
  };
  run_coroutine(io, body(), patience);
}

/// While Redis is flushed again and again, whoever reads gets either the right number or `unavailable`.
TEST_F(DeliveriesFoldTest, NeverServesAWrongNumberWhileItIsBuilding) {
  auto body = [&]() -> asio::awaitable<void> {
    std::mt19937 random(6);
    co_await append(random_history(random, 300, 3));
    auto folders = start(writer);
    co_await catch_up();
    const auto right = co_await reader.campaign(1);
    if (!right) {
      ADD_FAILURE() << "no totals";
      co_return;
    }
    std::set<enterprise::Uscc> known;
    const auto some = co_await reader.ledgers_in(0, 3);
    EXPECT_TRUE(some && !some->empty());
    std::size_t served = 0, refused = 0;
    for (int round = 0; round < 8; ++round) {
      const auto flushed = co_await other_writer.command("FLUSHALL");
      EXPECT_TRUE(flushed.has_value());
      for (int i = 0; i < 60; ++i) {
        const auto totals = co_await reader.campaign(1);
        if (totals) {
          EXPECT_EQ(totals->campaign, right->campaign);
        }
        (totals ? served : refused) += 1;
        const auto ledgers = co_await reader.ledgers_in(0, 3);
        if (ledgers) {
          EXPECT_EQ(ledgers->size(), some->size());
        }
        if (i % 4 == 0) co_await sleep(1ms);
      }
      co_await sleep(50ms);
    }
    EXPECT_GT(served, 0u);
    EXPECT_GT(refused, 0u);
    co_await folders->kill();
  };
  run_coroutine(io, body(), patience);
}

TEST_F(DeliveriesFoldTest, DoesNotServeAStateThatWasSetBack) {
  auto body = [&]() -> asio::awaitable<void> {
    std::mt19937 random(7);
    auto parts = slices(random_history(random, 100, 3), 2);
    co_await append(std::move(parts[0]));
    auto folders = start(writer);
    co_await catch_up();
    co_await folders->kill();
    // As a Redis that lost its last second: the old state of every key, restored later.
    const auto keys = co_await other_writer.command("KEYS", "*");
    std::vector<std::pair<std::string, std::string>> dumps;
    for (const redis::Reply& key : keys->items) {
      const auto dump = co_await other_writer.command("DUMP", key.text);
      dumps.emplace_back(key.text, dump->text);
    }
    co_await append(std::move(parts[1]));
    folders = start(writer);
    co_await catch_up();
    co_await folders->kill();
    for (const auto& [key, dump] : dumps) {
      const auto restored = co_await other_writer.command("RESTORE", key, "0", dump, "REPLACE");
      EXPECT_TRUE(restored && !restored->is_error());
    }
    const auto stale = co_await reader.campaign(1);
    EXPECT_FALSE(stale.has_value());
    folders = start(writer);
    for (int i = 0; i < 200; ++i) {
      const auto totals = co_await reader.campaign(1);
      if (totals) break;
      co_await sleep(10ms);
    }
    co_await folders->kill();
  };
  run_coroutine(io, body(), patience);
}

TEST_F(DeliveriesFoldTest, AbandonsAStateOfAnotherLog) {
  auto body = [&]() -> asio::awaitable<void> {
    std::mt19937 random(8);
    log::MemoryLog::Options options;
    options.id = "another";
    log::MemoryLog another(delivery_layout(), options);
    const auto appended = co_await another.append(random_history(random, 100, 3));
    EXPECT_TRUE(appended.has_value());
    stores::Progress unseen(io.get_executor());
    stores::DeadLetters letters(another, [] { return domain::Instant(); });
    Folders foreign(io.get_executor(), another, writer, fold, unseen, letters);
    co_await sleep(200ms);
    co_await foreign.kill();

    co_await append(random_history(random, 80, 2));
    auto folders = start(writer);
    co_await catch_up();
    co_await expect_exact();
    co_await expect_keys("zhida:{?}:deliveries", 2);
    co_await expect_keys("zhida:{0}:deliveries:*:h", 1);  // the other log's are cleared away
    co_await folders->kill();
  };
  run_coroutine(io, body(), patience);
}

TEST_F(DeliveriesFoldTest, AStateWithAKeyOfAnotherTypeIsFoldedAnew) {
  auto body = [&]() -> asio::awaitable<void> {
    std::mt19937 random(9);
    auto parts = slices(random_history(random, 100, 3), 2);
    co_await append(std::move(parts[0]));
    auto folders = start(writer);
    co_await catch_up();
    const auto keys = co_await other_writer.command("KEYS", "zhida:{0}:deliveries:*:t:1");
    EXPECT_EQ(keys->items.size(), 1u);
    const auto broken = co_await other_writer.command("SET", keys->items.front().text, "not a hash");
    EXPECT_TRUE(broken.has_value());
    co_await append(std::move(parts[1]));
    co_await sleep(100ms);  // the state it had stays live until the damage is met
    co_await catch_up();
    co_await expect_exact();
    co_await folders->kill();
  };
  run_coroutine(io, body(), patience);
}

TEST_F(DeliveriesFoldTest, ARebuildFindsWhatSomebodyChangedAndReplacesIt) {
  auto body = [&]() -> asio::awaitable<void> {
    std::mt19937 random(10);
    auto parts = slices(random_history(random, 150, 4), 30);
    auto folders = start(writer);
    for (std::size_t i = 0; i < 15; ++i) co_await append(std::move(parts[i]));
    co_await catch_up();
    const auto clean = co_await folders->runners[0]->rebuild();
    EXPECT_TRUE(clean && clean->different == 0 && clean->keys > 10);
    co_await expect_exact();

    const auto totals = co_await other_writer.command("KEYS", "zhida:{0}:deliveries:*:t:1");
    const auto removed = co_await other_writer.command("DEL", totals->items.front().text);
    EXPECT_EQ(removed->integer, 1);
    auto rebuilding = folders->runners[0]->rebuild();
    for (std::size_t i = 15; i < parts.size(); ++i) co_await append(std::move(parts[i]));
    const auto found = co_await std::move(rebuilding);
    EXPECT_TRUE(found && found->different >= 1);
    co_await catch_up();
    co_await expect_exact();
    co_await expect_keys("zhida:{0}:deliveries:*:h", 1);  // those of the replaced generation are cleared away
    co_await folders->kill();
  };
  run_coroutine(io, body(), patience);
}

TEST_F(DeliveriesFoldTest, AnotherNumberOfBucketsIsBuiltBesideTheLiveState) {
  auto body = [&]() -> asio::awaitable<void> {
    std::mt19937 random(11);
    co_await append(random_history(random, 150, 3));
    {
      const stores::DeliveriesFold wide{stores::DeliveriesFold::Settings{world_partitions, 200}};
      Folders before(io.get_executor(), log, writer, wide, progress, dead_letters);
      co_await catch_up();
      co_await expect_keys("zhida:{?}:deliveries:*:e:2", 2);
      co_await before.kill();
    }
    // The reader takes the number of buckets from the generation it reads.
    const auto before = co_await reader.campaign(1);
    EXPECT_TRUE(before.has_value());
    auto folders = start(writer);
    co_await expect_keys("zhida:{?}:deliveries:*:e:2", 0);  // sixteen have one key
    co_await expect_keys("zhida:{?}:deliveries:*:h", 2);
    co_await expect_exact();
    co_await folders->kill();
  };
  run_coroutine(io, body(), patience);
}

TEST_F(DeliveriesFoldTest, WhatAnEarlierProgramWroteInAnotherFormIsNotServedAndFoldedAnew) {
  auto body = [&]() -> asio::awaitable<void> {
    std::mt19937 random(13);
    auto parts = slices(random_history(random, 150, 3), 2);
    co_await append(std::move(parts[0]));
    auto folders = start(writer);
    co_await catch_up();
    co_await folders->kill();
    for (const char* const meta : {"zhida:{0}:deliveries", "zhida:{1}:deliveries"}) {
      const auto live = co_await other_writer.command("HGET", meta, "live");
      const auto changed = co_await other_writer.command("HSET", meta, live->text + ":layout", "4/16");
      EXPECT_TRUE(changed && !changed->is_error());
    }
    stores::DeliveriesReader fresh(reader_client, fold, world_partitions, progress);
    const auto refused = co_await fresh.campaign(1);
    EXPECT_FALSE(refused.has_value());
    co_await append(std::move(parts[1]));
    folders = start(writer);
    co_await expect_keys("zhida:{?}:deliveries:*:h", 2);
    co_await catch_up();
    co_await expect_exact();
    co_await folders->kill();
  };
  run_coroutine(io, body(), patience);
}

asio::awaitable<std::vector<contracts::DeadLetter>> dead_letters_in(log::EventLog& log, int partition) {
  std::vector<contracts::DeadLetter> letters;
  const result<log::Batch> batch = co_await log.read("dead-letters", partition, 0);
  for (const log::RecordPtr& record : batch->records) {
    auto letter = contracts::read_dead_letter(record->value);
    EXPECT_TRUE(letter.has_value());
    if (letter) letters.push_back(std::move(*letter));
  }
  co_return letters;
}

TEST_F(DeliveriesFoldTest, QuarantinesExactlyThePoisonAndGoesOn) {
  auto body = [&]() -> asio::awaitable<void> {
    std::mt19937 random(12);
    std::vector<log::NewRecord> history = random_history(random, 60, 2);
    for (const char* text : {"", "{", "[1,2]", R"({"campaign":"c1"})"}) {
      log::NewRecord poison;
      poison.topic = "receipts";
      poison.partition = 0;
      poison.value = text;
      poison.event.type = contracts::ReceiptsRecorded::type;
      history.push_back(poison);
    }
    log::NewRecord stray;
    stray.topic = "engagements";
    stray.partition = 0;
    stray.value = "{}";
    stray.event.type = "zhida.something.else.v1";
    history.push_back(stray);

    // A block with a fact that is right but for its partition, and one that cannot be read.
    contracts::ReceiptsRecorded block;
    block.header.campaign = 1;
    block.header.at = domain::Instant(std::chrono::milliseconds(1'790'000'000'000));
    for (int i = 0; i < 40; ++i) {
      contracts::Receipt receipt;
      receipt.uscc = random_uscc(random);
      receipt.state = delivery::State::delivered;
      block.facts.push_back(receipt);
    }
    const auto foreign = std::ranges::count_if(
        block.facts, [](const contracts::Receipt& receipt) { return enterprise::partition_of(receipt.uscc, world_partitions) != 0; });
    log::NewRecord mixed;
    mixed.topic = "receipts";
    mixed.partition = 0;
    mixed.value = contracts::to_json(block);
    mixed.event.type = contracts::ReceiptsRecorded::type;
    history.push_back(mixed);
    std::ranges::shuffle(history, random);
    co_await append(std::move(history));

    for (int kills = 0; kills < 5; ++kills) {
      auto folders = start(writer);
      co_await sleep(random_time(random, 10'000));
      co_await folders->kill();
    }
    auto folders = start(writer);
    co_await catch_up();
    const auto rebuilt = co_await folders->runners[0]->rebuild();
    EXPECT_TRUE(rebuilt && rebuilt->different == 0);
    const auto letters = co_await dead_letters_in(log, 0);
    EXPECT_EQ(letters.size(), 5u + static_cast<std::size_t>(foreign));
    std::set<std::string> ids;
    for (const contracts::DeadLetter& letter : letters) {
      ids.insert(letter.id());
      EXPECT_FALSE(letter.reason.detail.empty());
    }
    EXPECT_EQ(ids.size(), letters.size());
    const auto none = co_await dead_letters_in(log, 1);
    EXPECT_TRUE(none.empty());
    co_await folders->kill();
  };
  run_coroutine(io, body(), patience);
}

TEST_F(DeliveriesFoldTest, TellsWhichPartitionsHaveDecided) {
  auto body = [&]() -> asio::awaitable<void> {
    contracts::PartitionDecided mark;
    mark.campaign = 7;
    mark.intents = 31;
    mark.profile_position = 99;
    mark.at = domain::Instant(std::chrono::milliseconds(1'790'000'000'000));
    std::vector<log::NewRecord> records;
    for (const std::uint64_t intents : {31u, 32u}) {  // the first counts
      mark.intents = intents;
      log::NewRecord record;
      record.topic = "intents";
      record.partition = 1;
      record.value = contracts::to_json(mark);
      record.event.type = contracts::PartitionDecided::type;
      records.push_back(std::move(record));
    }
    co_await append(std::move(records));
    auto folders = start(writer);
    co_await catch_up();
    delivery::IntentKeyView key;
    key.campaign = 7;
    for (int i = 0; i < 100; ++i) {  // partition 0 has nothing to fold and yet has to be built
      const auto looked = co_await reader.decided(key);
      if (looked) break;
      co_await sleep(10ms);
    }
    const auto marks = co_await reader.decided(key);
    EXPECT_TRUE(marks && marks->size() == 2 && !(*marks)[0] && (*marks)[1]);
    if (marks && (*marks)[1]) {
      EXPECT_EQ((*marks)[1]->intents, 31u);
    }
    co_await folders->kill();
  };
  run_coroutine(io, body(), patience);
}

/// Whether the mark and what is behind it come in one batch.
class DecidedPartition : public DeliveriesFoldTest, public testing::WithParamInterface<bool> {};
INSTANTIATE_TEST_SUITE_P(Batches, DecidedPartition, testing::Bool());

TEST_P(DecidedPartition, TakesNothingThatIsDecidedBehindItsMark) {
  const bool at_once = GetParam();
  auto body = [&]() -> asio::awaitable<void> {
    std::mt19937 random(at_once ? 11 : 12);
    std::vector<log::NewRecord> blocks;
    for (log::NewRecord& record : random_history(random, 300, 1))
      if (record.topic == "intents" && record.partition == 1) blocks.push_back(std::move(record));
    const auto first = contracts::read_intents_decided(blocks.front().value);
    contracts::PartitionDecided mark;
    mark.campaign = first->header().campaign;
    mark.occurrence = first->header().occurrence;
    mark.channel = first->header().channel;
    mark.at = first->header().decided_at;
    std::map<enterprise::Uscc, bool> counts;  // who is decided, and whether before the mark
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      const auto block = contracts::read_intents_decided(blocks[i].value);
      if (block->header().key() != first->header().key()) continue;
      for (const contracts::DecidedFact& fact : block->facts()) counts.try_emplace(fact.uscc, i < blocks.size() / 2);
    }
    const auto is_late = [](const auto& entry) { return !entry.second; };
    EXPECT_TRUE(std::ranges::any_of(counts, is_late)) << "nobody is decided late";

    log::NewRecord marked;
    marked.topic = "intents";
    marked.partition = 1;
    marked.value = contracts::to_json(mark);
    marked.event.type = contracts::PartitionDecided::type;
    std::vector<log::NewRecord> before, behind;
    for (std::size_t i = 0; i < blocks.size(); ++i) (i < blocks.size() / 2 ? before : behind).push_back(std::move(blocks[i]));
    before.push_back(std::move(marked));
    if (at_once) std::ranges::move(behind, std::back_inserter(before));
    co_await append(std::move(before));
    auto folders = start(writer);
    co_await catch_up();
    if (!at_once) co_await append(std::move(behind));
    co_await catch_up();
    for (const auto& [uscc, is_counted] : counts) {
      const auto ledger = co_await reader.ledger(uscc);
      const delivery::IntentRecord* intent = ledger ? ledger->find(first->header().key()) : nullptr;
      EXPECT_EQ(intent != nullptr && intent->decision.has_value(), is_counted) << uscc.text();
    }
    co_await folders->kill();
  };
  run_coroutine(io, body(), patience);
}

}  // namespace
}  // namespace zhida::test
