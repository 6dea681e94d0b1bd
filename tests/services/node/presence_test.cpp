// Reading one's writes through other processes: who announced itself is waited for, and who may not be waited for does not answer.

#include "node/presence/presence.hpp"
#include "node/presence/elsewhere.hpp"
#include "node/presence/registry.hpp"
#include "platform/log/memory_log.hpp"
#include "platform/redis/server_client.hpp"
#include "platform/runtime/task_group.hpp"
#include "support/redis_server.hpp"
#include "support/run_coroutine.hpp"

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace zhida::node {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

const std::string topic = "catalog";

/// One process: its own executor, which may stand still, its connection to Redis, and how far it has folded.
class Process {
 public:
  Process(std::uint16_t redis, log::EventLog& log, std::string id)
      : redis_(io.get_executor(), redis::Address::parse("127.0.0.1:" + std::to_string(redis)).value()),
        registry(redis_),
        presence(
            io.get_executor(), registry, log, id,
            [this] {
              Announcement made;
              made.service = "page";
              made.address = "127.0.0.1:1";
              made.positions[topic] = {folded};
              return made;
            },
            [this](std::string_view why_not) { told.emplace_back(why_not); }),
        elsewhere(io.get_executor(), registry, id, [this](std::string_view other, std::string_view) { dismissed.emplace_back(other); }) {
    tasks_.spawn(redis_.run());
    tasks_.spawn(presence.run());
    tasks_.spawn(elsewhere.run());
  }
  ~Process() { test::run_coroutine(io, end()); }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  asio::io_context io{1};
  log::Offset folded = 0;
  std::vector<std::string> told, dismissed;

 private:
  redis::ServerClient redis_;

 public:
  Registry registry;
  Presence presence;
  Elsewhere elsewhere;

 private:
  /// On the executor, as everything that is asked of a task group.
  asio::awaitable<void> end() {
    tasks_.stop(asio::cancellation_type::terminal);
    co_await tasks_.join();
  }

  runtime::TaskGroup tasks_{io.get_executor(), [](std::string_view reason) { ADD_FAILURE() << reason; }};
};

class PresenceTest : public testing::Test {
 protected:
  PresenceTest() : log_(log::Layout(1, log::TopicLayout{topic, 1, {}})) { writer_ = start("writer"), reader_ = start("reader"); }

  std::unique_ptr<Process> start(const std::string& id) { return std::make_unique<Process>(redis_.port(), log_, id); }

  /// Lets these processes work until `done`, or for `limit`; the others stand still.
  static bool work(const std::vector<Process*>& processes, const std::function<bool()>& done, std::chrono::milliseconds limit) {
    const auto until = Clock::now() + limit;
    while (!done()) {
      if (Clock::now() >= until) return false;
      for (Process* const each : processes) {
        each->io.restart();
        each->io.run_for(2ms);
      }
    }
    return true;
  }

  std::vector<Process*> both() { return {writer_.get(), reader_.get()}; }
  bool both_current() {
    return work(
        both(), [this] { return writer_->presence.current() && reader_->presence.current(); }, 2s);
  }
  /// Until the registry is old enough to be believed.
  void grow_old() {
    work(
        both(), [] { return false; }, Registry::lease + 200ms);
  }

  log::Offset append() {
    log::Offset offset = 0;
    asio::co_spawn(
        writer_->io,
        [this, &offset]() -> asio::awaitable<void> {
          std::vector<log::NewRecord> records(1);
          records[0].topic = topic;
          records[0].key = records[0].value = "x";
          offset = (co_await log_.append(std::move(records))).value().front();
        },
        asio::detached);
    writer_->io.restart();
    writer_->io.run_for(20ms);
    return offset;
  }

  /// Waits as a write does; what came out once it is over.
  std::shared_ptr<std::optional<bool>> wait_for(log::Offset offset, std::chrono::milliseconds limit) {
    auto result = std::make_shared<std::optional<bool>>();
    asio::co_spawn(writer_->io, writer_->elsewhere.passed({{{topic, 0}, offset}}, Clock::now() + limit),
                   [result](const std::exception_ptr& failure, bool passed) { *result = !failure && passed; });
    return result;
  }

  test::RedisServer redis_;
  log::MemoryLog log_;
  std::unique_ptr<Process> writer_, reader_;
};

TEST_F(PresenceTest, AWriteWaitsUntilTheOtherProcessHasFoldedIt) {
  ASSERT_TRUE(both_current());
  grow_old();
  const log::Offset offset = append();
  writer_->folded = offset + 1;
  const auto passed = wait_for(offset, 4s);
  EXPECT_FALSE(work(
      both(), [&] { return passed->has_value(); }, 500ms))
      << "nobody but the writer has folded it";
  reader_->folded = offset + 1;
  ASSERT_TRUE(work(
      both(), [&] { return passed->has_value(); }, 1s));
  EXPECT_TRUE(**passed);
  EXPECT_TRUE(reader_->presence.current());
}

TEST_F(PresenceTest, TopicsThatAProcessDoesNotFoldAreNotWaitedFor) {
  ASSERT_TRUE(both_current());
  grow_old();
  auto passed = std::make_shared<std::optional<bool>>();
  asio::co_spawn(writer_->io, writer_->elsewhere.passed({{{"outcomes", 3}, 17}}, Clock::now() + 2s),
                 [passed](const std::exception_ptr&, bool result) { *passed = result; });
  ASSERT_TRUE(work(
      both(), [&] { return passed->has_value(); }, 1s));
  EXPECT_TRUE(**passed);
}

TEST_F(PresenceTest, OneThatStandsStillIsDismissedAndAnswersNobodyBeforeItHasCaughtUp) {
  ASSERT_TRUE(both_current());
  grow_old();
  const log::Offset offset = append();
  writer_->folded = offset + 1;
  const auto passed = wait_for(offset, 5s);
  ASSERT_TRUE(work(
      both(), [&] { return passed->has_value(); }, 5s));
  EXPECT_TRUE(**passed);
  EXPECT_EQ(writer_->dismissed, std::vector<std::string>{"reader"});
  EXPECT_FALSE(reader_->presence.current());
  EXPECT_FALSE(work(
      both(), [&] { return reader_->presence.current(); }, 500ms))
      << "it has not folded what was acknowledged";
  reader_->folded = offset + 1;
  EXPECT_TRUE(work(
      both(), [&] { return reader_->presence.current(); }, 2s));
}

TEST_F(PresenceTest, AFrozenProcessHoldsUpWritesForALeaseAndThenAnswersNobodyBeforeItHasCaughtUp) {
  ASSERT_TRUE(both_current());
  grow_old();
  const log::Offset offset = append();
  writer_->folded = offset + 1;
  const auto passed = wait_for(offset, 5s);
  ASSERT_TRUE(work(
      {writer_.get()}, [&] { return passed->has_value(); }, 5s));
  EXPECT_TRUE(**passed);
  EXPECT_FALSE(reader_->presence.current()) << "the moment it goes on";
  EXPECT_FALSE(work(
      both(), [&] { return reader_->presence.current(); }, 500ms));
  reader_->folded = offset + 1;
  EXPECT_TRUE(work(
      both(), [&] { return reader_->presence.current(); }, 2s));
}

TEST_F(PresenceTest, OneThatBeginsAnswersOnlyWithWhatWasThereWhenItWasAnnounced) {
  ASSERT_TRUE(both_current());
  const log::Offset offset = append();
  writer_->folded = reader_->folded = offset + 1;
  const auto late = start("late");
  EXPECT_FALSE(work(
      {writer_.get(), reader_.get(), late.get()}, [&] { return late->presence.current(); }, 500ms));
  late->folded = offset + 1;
  EXPECT_TRUE(work(
      {writer_.get(), reader_.get(), late.get()}, [&] { return late->presence.current(); }, 2s));
}

TEST_F(PresenceTest, AnEmptiedRedisIsNotBelievedBeforeEverybodyHadTimeToComeBack) {
  ASSERT_TRUE(both_current());
  grow_old();
  redis_.stop();
  redis_.start();
  const auto began = Clock::now();
  const auto passed = wait_for(-1, 8s);
  ASSERT_TRUE(work(
      both(), [&] { return passed->has_value(); }, 8s));
  EXPECT_TRUE(**passed);
  EXPECT_GE(Clock::now() - began, Registry::lease);
}

TEST_F(PresenceTest, WhoLeavesIsNotWaitedFor) {
  ASSERT_TRUE(both_current());
  grow_old();
  bool left = false;
  asio::co_spawn(reader_->io, reader_->presence.leave(), [&left](const std::exception_ptr&) { left = true; });
  ASSERT_TRUE(work(
      both(), [&] { return left; }, 1s));
  EXPECT_FALSE(reader_->presence.current());
  const log::Offset offset = append();
  const auto began = Clock::now();
  const auto passed = wait_for(offset, 5s);
  ASSERT_TRUE(work(
      both(), [&] { return passed->has_value(); }, 5s));
  EXPECT_TRUE(**passed);
  EXPECT_LT(Clock::now() - began, 1s);
  EXPECT_TRUE(writer_->dismissed.empty());
}

TEST(Announcement, ReadsAsItWasWritten) {
  Announcement made;
  made.service = "matcher";
  made.address = "10.0.0.8:8080";
  made.positions["catalog"] = {17};
  made.positions["profiles"] = {3, 0, 12};
  made.owned = {0, 2};
  EXPECT_EQ(to_text(made), "matcher 10.0.0.8:8080 catalog=17 profiles=3,0,12 owned:0,2");
  EXPECT_EQ(announcement_from(to_text(made)), made);
  for (const char* const wrong :
       {"", "page", "page a:1 catalog", "page a:1 catalog=", "page a:1 catalog=1,", "page a:1 catalog=x", "page a:1 owned:"})
    EXPECT_EQ(announcement_from(wrong), std::nullopt) << wrong;
}

}  // namespace
}  // namespace zhida::node
