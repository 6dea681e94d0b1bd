#include "dispatcher/block_window.hpp"

#include "services/matcher/launch.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace zhida::dispatcher {
namespace {

namespace asio = boost::asio;

/// A log with `blocks` blocks of intents, and what is read of it.
class BlockWindowTest : public testing::Test {
 protected:
  BlockWindowTest() {
    log_.shows = [this](log::Offset from, const log::Batch& batch) {
      begun_.push_back(from);
      for (const log::RecordPtr& record : batch.records) read_.push_back(record->offset);
    };
  }

  asio::awaitable<void> fill(int blocks, std::size_t bytes = 10) {
    for (int i = 0; i < blocks; ++i) {
      std::vector<log::NewRecord> records(1);
      records[0].topic = topic;
      records[0].value = std::to_string(i) + std::string(bytes, ' ');
      records[0].event.type = contracts::IntentsWriter::type;
      const auto appended = co_await log_.append(std::move(records));
      EXPECT_TRUE(appended.has_value());
    }
  }

  /// What the dispatcher does with a block.
  asio::awaitable<void> take(BlockWindow& window, log::Offset offset, log::Offset end) {
    const auto block = co_await window.get(offset, end);
    const bool same = block && *block && (*block)->value.rfind(std::to_string(offset) + " ", 0) == 0;
    EXPECT_TRUE(same) << offset;
    window.drop(offset);
  }

  void run(asio::awaitable<void> body) { test::run_coroutine(io_, std::move(body)); }

  /// How often the block was read that was read most often.
  std::ptrdiff_t most_read() const {
    std::ptrdiff_t most = 0;
    for (const log::Offset offset : read_) most = std::max(most, std::ranges::count(read_, offset));
    return most;
  }

  static constexpr const char* topic = "intents";
  asio::io_context io_;
  launch_test::UnreliableLog log_{log::Layout{{topic, 1, log::Retention::forever()}}};
  std::vector<log::Offset> begun_, read_;
};

TEST_F(BlockWindowTest, ReadsNeighboursOnceAndInOrderWhoeverTakesThem) {
  const auto body = [this]() -> asio::awaitable<void> {
    co_await fill(100);
    BlockWindow window(log_, topic, 0);
    // Four campaigns in turns, whose blocks lie in fives one behind the other.
    for (log::Offset twenty = 0; twenty < 100; twenty += 20)
      for (log::Offset turn = 0; turn < 5; ++turn)
        for (log::Offset campaign = 0; campaign < 4; ++campaign) co_await take(window, twenty + campaign * 5 + turn, 100);
  };
  run(body());
  EXPECT_TRUE(std::ranges::is_sorted(read_));
  EXPECT_EQ(most_read(), 1);
  EXPECT_LE(begun_.size(), 60U);
}

TEST_F(BlockWindowTest, ReadsWhatLiesBehindWithoutLosingItsPlaceAhead) {
  const auto body = [this]() -> asio::awaitable<void> {
    co_await fill(80);
    BlockWindow window(log_, topic, 0);
    for (log::Offset i = 0; i < 40; ++i) {
      co_await take(window, 40 + i, 80);
      co_await take(window, i, 80);
    }
  };
  run(body());
  EXPECT_LE(begun_.size(), 40U);
  EXPECT_LE(read_.size(), 80U + 16U) << "both campaigns are read through once, but for what lies before the place of the second";
}

TEST_F(BlockWindowTest, FetchesNothingFromTheEndOn) {
  const auto body = [this]() -> asio::awaitable<void> {
    co_await fill(30);
    BlockWindow window(log_, topic, 0);
    for (log::Offset i = 0; i < 5; ++i) co_await take(window, i, 5);
    EXPECT_EQ(read_.size(), 5U);
    co_await take(window, 20, 5);  // a block may be known before its place is
    EXPECT_EQ(read_.back(), 20);
  };
  run(body());
}

TEST_F(BlockWindowTest, KeepsNoMoreThanItsBounds) {
  const auto body = [this]() -> asio::awaitable<void> {
    co_await fill(40, 1'000);
    BlockWindow window(log_, topic, 0, {8, 4'500});
    const auto first = co_await window.get(0, 40), second = co_await window.get(1, 40);
    EXPECT_TRUE(first && second);
    EXPECT_LE(read_.size(), 4U) << "of 1,000 bytes and their heads each";
    for (log::Offset i = 0; i < 40; ++i) {
      const auto block = co_await window.get(i, 40);
      EXPECT_TRUE(block && *block) << i;
    }
    EXPECT_EQ(most_read(), 1) << "what was not dropped is pushed out";
    const auto again = co_await window.get(0, 40);
    EXPECT_TRUE(again && *again);
    EXPECT_EQ(most_read(), 2);
    window.clear();
    const auto anew = co_await window.get(39, 40);
    EXPECT_TRUE(anew && *anew);
    EXPECT_EQ(read_.back(), 39);
  };
  run(body());
}

TEST_F(BlockWindowTest, HasNoBlockWhereTheLogHasNone) {
  const auto body = [this]() -> asio::awaitable<void> {
    co_await fill(2);
    std::vector<log::NewRecord> mark(1);
    mark[0].topic = topic;
    mark[0].event.type = contracts::PartitionDecided::type;
    const auto appended = co_await log_.append(std::move(mark));
    EXPECT_TRUE(appended.has_value());
    co_await fill(1);
    BlockWindow window(log_, topic, 0);
    co_await take(window, 0, 4);
    co_await take(window, 1, 4);
    const auto none = co_await window.get(2, 4);
    EXPECT_TRUE(none && *none == nullptr);
    const auto behind = co_await window.get(3, 4);
    EXPECT_TRUE(behind && *behind);
    const auto beyond = co_await window.get(17, 4);
    EXPECT_TRUE(beyond.has_error());
  };
  run(body());
}

TEST_F(BlockWindowTest, ReadsEachBlockInWhateverOrder) {
  std::mt19937 random(3);
  const auto body = [this, &random]() -> asio::awaitable<void> {
    co_await fill(60, 300);
    for (int round = 0; round < 20; ++round) {
      BlockWindow window(log_, topic, 0, {1 + random() % 16, 200 + random() % 4'000});
      std::vector<log::Offset> order(60);
      for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<log::Offset>(i);
      std::shuffle(order.begin(), order.end(), random);
      for (const log::Offset offset : order) co_await take(window, offset, static_cast<log::Offset>(random() % 60));
    }
  };
  run(body());
}

}  // namespace
}  // namespace zhida::dispatcher
