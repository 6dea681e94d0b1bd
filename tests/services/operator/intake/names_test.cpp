// Names of enterprises when two operator processes hear of one in the same moment, each of which makes a key for it.

#include "contracts/profiles/profile_patched.hpp"
#include "contracts/topics.hpp"
#include "operator/intake/bulk_intake.hpp"
#include "operator/intake/profile_intake.hpp"
#include "operator/intake/resealer.hpp"
#include "platform/log/memory_log.hpp"
#include "platform/runtime/task_group.hpp"
#include "schemas/files.hpp"
#include "stores/fold/dead_letters.hpp"
#include "stores/reference/reference_data.hpp"
#include "stores/topic_layout.hpp"
#include "support/run_coroutine.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace zhida::operators {
namespace {

namespace asio = boost::asio;
namespace topics = contracts::topics;
using namespace std::chrono_literals;

domain::Instant now() { return domain::start_of(std::chrono::year(2026) / 11 / 23); }

class Names : public testing::Test {
 protected:
  /// What an operator process has of its own.
  struct Process {
    explicit Process(Names& test)
        : profiles(test.io.get_executor(), test.log, 1, test.reference.dictionary,
                   stores::ProfileStore::Tables{*test.reference.industries, test.reference.size_classes}, test.dead_letters),
          sealer(test.master, profiles),
          resealer(test.log, profiles, sealer, now, test.journal),
          tasks(test.io.get_executor(), [](std::string_view reason) { ADD_FAILURE() << reason; }) {
      tasks.spawn(profiles.run(0));
    }

    /// The name it shows of `uscc`.
    std::optional<std::string> name(const enterprise::Uscc& uscc) { return sealer.open(uscc, profiles.sealed(uscc).name); }

    stores::ProfileStore profiles;
    Sealer sealer;
    Resealer resealer;
    runtime::TaskGroup tasks;
  };

  /// The records of a patch that says a name: the key's, if it makes one, and the profile's.
  std::vector<log::NewRecord> says(Process& process, const std::string& name) {
    ProfileIntake intake(process.profiles, reference.dictionary, process.sealer, now);
    std::vector<log::NewRecord> records;
    PatchResult result;
    EXPECT_FALSE(intake.take_for(someone, R"({"name":")" + name + "\"}", records, result));
    return records;
  }

  /// Appends, and waits until all processes have folded what the log holds.
  asio::awaitable<void> put(std::vector<log::NewRecord> records) {
    if (!records.empty()) co_await log.append(std::move(records));
    for (Process* const process : {&first, &second}) co_await folded(*process);
  }
  asio::awaitable<void> put(log::NewRecord record) {
    std::vector<log::NewRecord> records;
    records.push_back(std::move(record));
    co_await put(std::move(records));
  }
  asio::awaitable<void> folded(Process& process) {
    for (const std::string_view topic : {topics::profiles, topics::vault}) {
      const auto range = co_await log.range(topic, 0);
      if (range->end == 0) continue;
      const bool passed = co_await process.profiles.progress().wait_until(topic, 0, range->end - 1, 5s);
      EXPECT_TRUE(passed);
    }
  }
  asio::awaitable<void> erase() {
    log::NewRecord tombstone;
    tombstone.topic = topics::vault;
    tombstone.key = someone.text();
    co_await put(std::move(tombstone));
  }

  /// What a process shows that starts when the topic of keys has been compacted.
  asio::awaitable<std::optional<std::string>> name_after_compaction() {
    co_await log.compact(topics::vault);
    Process fresh(*this);
    co_await folded(fresh);
    auto name = fresh.name(someone);
    fresh.tasks.stop(asio::cancellation_type::terminal);
    co_await fresh.tasks.join();
    co_return name;
  }

  /// Both name it before either has heard of the other: the second key counts, and the first process' name comes last.
  asio::awaitable<void> race() {
    co_await put(std::vector<log::NewRecord>());
    std::vector<log::NewRecord> one = says(first, "甲"), other = says(second, "乙"), all;
    EXPECT_EQ(one.size(), 2U);
    EXPECT_EQ(other.size(), 2U);
    all.push_back(std::move(one[0]));
    all.push_back(std::move(other[0]));
    all.push_back(std::move(other[1]));
    all.push_back(std::move(one[1]));
    co_await put(std::move(all));
  }

  void run(asio::awaitable<void> body) { test::run_coroutine(io, ended(std::move(body)), 10s); }
  asio::awaitable<void> ended(asio::awaitable<void> body) {
    co_await std::move(body);
    for (Process* const process : {&first, &second}) {
      process->tasks.stop(asio::cancellation_type::terminal);
      co_await process->tasks.join();
    }
  }

  asio::io_context io{1};
  stores::ReferenceData reference =
      stores::ReferenceData::read([](std::string_view name) { return schemas::file("reference/" + std::string(name)); });
  log::MemoryLog log{stores::topic_layout(1)};
  stores::DeadLetters dead_letters{log, now};
  observe::Log journal{2, observe::Level::error};
  auth::Digest master{1, 2, 3};
  enterprise::Uscc someone = *enterprise::Uscc::parse("91310117ME3FP08D4K");
  Process first{*this}, second{*this};
};

TEST_F(Names, AreReadThoughAnotherKeyCameInBetween) {
  auto body = [&]() -> asio::awaitable<void> {
    co_await race();
    EXPECT_EQ(first.name(someone), "甲");
    EXPECT_EQ(second.name(someone), "甲");
  };
  run(body());
}

TEST_F(Names, AreSealedAgainBeforeTheirKeyIsCompactedAway) {
  auto body = [&]() -> asio::awaitable<void> {
    co_await race();
    const std::size_t again = co_await second.resealer.look();
    EXPECT_EQ(again, 1U);
    co_await put(std::vector<log::NewRecord>());
    EXPECT_EQ(first.name(someone), "甲");
    const auto name = co_await name_after_compaction();
    EXPECT_EQ(name, "甲");
    const std::size_t nothing = co_await first.resealer.look();
    EXPECT_EQ(nothing, 0U) << "once is enough";
    const auto range = co_await log.range(topics::dead_letters, 0);
    EXPECT_EQ(range->end, 0);
  };
  run(body());
}

TEST_F(Names, OfTwoProcessesThatSealThemAgainAtOnceAreReadable) {
  auto body = [&]() -> asio::awaitable<void> {
    co_await race();
    first.tasks.spawn([](Resealer& resealer) -> asio::awaitable<void> { co_await resealer.look(); }(first.resealer));
    co_await second.resealer.look();
    co_await put(std::vector<log::NewRecord>());
    const auto name = co_await name_after_compaction();
    EXPECT_EQ(name, "甲");
  };
  run(body());
}

TEST_F(Names, ThatComeAfterTheRaceUseTheKeyThatCounts) {
  auto body = [&]() -> asio::awaitable<void> {
    co_await race();
    std::vector<log::NewRecord> more = says(first, "丙");
    EXPECT_EQ(more.size(), 1U) << "no third key";
    co_await put(std::move(more));
    EXPECT_EQ(second.name(someone), "丙");
    std::vector<log::NewRecord> same = says(second, "丙");
    EXPECT_TRUE(same.empty());
    const auto name = co_await name_after_compaction();
    EXPECT_EQ(name, "丙");
  };
  run(body());
}

TEST_F(Names, StayErasedWhateverKeysThereWere) {
  auto body = [&]() -> asio::awaitable<void> {
    co_await race();
    const std::string sealed(first.profiles.sealed(someone).name);
    co_await erase();
    for (Process* const process : {&first, &second}) {
      EXPECT_EQ(process->name(someone), std::nullopt);
      const std::size_t again = co_await process->resealer.look();
      EXPECT_EQ(again, 0U);
    }
    // Heard of anew: it has a key and a name again, and what was erased stays so.
    std::vector<log::NewRecord> anew = says(first, "丁");
    EXPECT_EQ(anew.size(), 2U) << "a key and a name";
    co_await put(std::move(anew));
    for (Process* const process : {&first, &second}) {
      EXPECT_EQ(process->name(someone), "丁");
      EXPECT_EQ(process->sealer.open(someone, sealed), std::nullopt) << "an old key came back";
      const std::size_t again = co_await process->resealer.look();
      EXPECT_EQ(again, 0U);
    }
    const auto name = co_await name_after_compaction();
    EXPECT_EQ(name, "丁");
  };
  run(body());
}

TEST_F(Names, ErasedBeforeTheyWereSealedAgainDoNotComeBack) {
  auto body = [&]() -> asio::awaitable<void> {
    co_await put(says(first, "甲"));
    co_await erase();
    // Another process hears of it; the name in the store is still the erased one.
    std::vector<log::NewRecord> anew = says(second, "乙");
    co_await put(std::move(anew[0]));
    EXPECT_EQ(first.name(someone), std::nullopt);
    for (Process* const process : {&first, &second}) {
      const std::size_t again = co_await process->resealer.look();
      EXPECT_EQ(again, 0U);
    }
    co_await put(std::move(anew[1]));
    EXPECT_EQ(first.name(someone), "乙");
  };
  run(body());
}

TEST_F(Names, OneProcessMakesOneKeyThoughItsFirstIsNotFoldedYet) {
  auto body = [&]() -> asio::awaitable<void> {
    co_await put(std::vector<log::NewRecord>());
    std::vector<log::NewRecord> one = says(first, "甲"), two = says(first, "乙");
    for (log::NewRecord& record : two) one.push_back(std::move(record));
    co_await put(std::move(one));
    EXPECT_EQ(second.name(someone), "乙");
    const std::size_t again = co_await second.resealer.look();
    EXPECT_EQ(again, 0U) << "both records hold the same key";
    const auto name = co_await name_after_compaction();
    EXPECT_EQ(name, "乙");
  };
  run(body());
}

}  // namespace
}  // namespace zhida::operators
