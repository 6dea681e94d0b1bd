#include "platform/log/sqlite_log.hpp"

#include "platform/log/log_records.hpp"
#include "platform/runtime/task_group.hpp"
#include "platform/runtime/timeout.hpp"
#include "support/run_coroutine.hpp"
#include "support/temporary_directory.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <iterator>
#include <memory>

namespace zhida::log {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

Layout small_layout() { return {{"facts", 2, Retention::forever()}, {"vault", 1, Retention::compacted()}}; }

class SqliteLogTest : public testing::Test {
 protected:
  std::unique_ptr<SqliteLog> open(Layout layout = small_layout(), SqliteLog::Options options = SqliteLog::Options()) {
    return std::make_unique<SqliteLog>(io.get_executor(), file, std::move(layout), options);
  }

  std::string refusal(Layout layout) {
    try {
      open(std::move(layout));
    } catch (const OpenError& error) {
      return error.what();
    }
    return "opened";
  }

  asio::io_context io{1};
  test::TemporaryDirectory directory;
  std::filesystem::path file = directory / "log.sqlite3";
};

asio::awaitable<void> append_some(EventLog& log, int from, int to) {
  std::vector<NewRecord> records;
  for (int i = from; i < to; ++i) records.push_back(record("facts", i % 2, "k", std::to_string(i)));
  EXPECT_TRUE(co_await log.append(std::move(records)));
}

asio::awaitable<void> expect_values(EventLog& log, std::int32_t partition, std::vector<std::string> expected) {
  EXPECT_EQ(values_of(co_await read_all(log, "facts", partition, 0)), expected);
}

TEST_F(SqliteLogTest, IsTheSameLogWhenOpenedAgain) {
  auto log = open();
  const std::string id = log->id();
  test::run_coroutine(io, append_some(*log, 0, 4));
  log.reset();
  log = open();
  EXPECT_EQ(log->id(), id);
  test::run_coroutine(io, expect_values(*log, 1, {"1", "3"}));
  test::run_coroutine(io, append_some(*log, 4, 6));
  test::run_coroutine(io, expect_values(*log, 0, {"0", "2", "4"}));  // part from the file, part from memory
}

asio::awaitable<void> trim_everything(EventLog& log, Offset& end) {
  co_await append_some(log, 0, 2);
  end = (co_await log.range("facts", 0))->end;
  EXPECT_TRUE(co_await log.trim("facts", 0, end));
}
asio::awaitable<void> expect_end(EventLog& log, Offset end) {
  const auto range = co_await log.range("facts", 0);
  EXPECT_EQ(range->start, end);
  EXPECT_EQ(range->end, end);
}
TEST_F(SqliteLogTest, RemembersTheEndOfAPartitionThatWasTrimmedEmpty) {
  Offset end = 0;
  auto log = open();
  test::run_coroutine(io, trim_everything(*log, end));
  log.reset();
  log = open();
  test::run_coroutine(io, expect_end(*log, end));
}

TEST_F(SqliteLogTest, RefusesAnotherLayoutInASentence) {
  open();
  Layout more_partitions = small_layout();
  more_partitions[0].partitions = 4;
  EXPECT_THAT(refusal(more_partitions), HasSubstr("topic facts has 2 partitions in the log, 4 are wanted"));
  Layout kept_shorter = small_layout();
  kept_shorter[0].retention = Retention::for_days(30);
  EXPECT_THAT(refusal(kept_shorter), HasSubstr("topic facts is kept forever in the log, 30 days is wanted"));
  Layout fewer = small_layout();
  fewer.pop_back();
  EXPECT_THAT(refusal(fewer), HasSubstr("has a topic vault that is not wanted"));
  Layout more = small_layout();
  more.push_back({"extra", 1, Retention::forever()});
  EXPECT_THAT(refusal(more), HasSubstr("has no topic extra"));
  Layout other_order = small_layout();
  std::swap(other_order[0], other_order[1]);
  EXPECT_EQ(refusal(other_order), "opened");
}

TEST_F(SqliteLogTest, RefusesASecondOpener) {
  const auto log = open();
  EXPECT_THAT(refusal(small_layout()), HasSubstr("in use by another process"));
}

TEST_F(SqliteLogTest, RefusesAFileThatIsNoLog) {
  std::ofstream(file) << std::string(10'000, 'x');
  EXPECT_THAT(refusal(small_layout()), HasSubstr("cannot be used as an event log"));
}

asio::awaitable<void> append_counting(EventLog& log, int& done) {
  co_await append_one(log, record("facts", 0, "k", std::string(10'000, 'x')));
  ++done;
}
TEST_F(SqliteLogTest, LetsAppendsWaitWhileItsQueueIsFull) {
  SqliteLog::Options options;
  options.queue_bytes = 30'000;
  const auto log = open(small_layout(), options);
  runtime::TaskGroup writers(io.get_executor(), [](std::string_view reason) { ADD_FAILURE() << reason; });
  int done = 0;
  for (int i = 0; i < 100; ++i) writers.spawn(append_counting(*log, done));
  test::run_coroutine(io, writers.join());
  EXPECT_EQ(done, 100);
}

asio::awaitable<void> append_quietly(EventLog& log) {
  std::vector<NewRecord> records;
  records.push_back(record("facts", 0, "k", std::string(20'000, 'x')));
  co_await log.append(std::move(records));
}
TEST_F(SqliteLogTest, MayEndWhileAppendsAndReadersWait) {
  SqliteLog::Options options;
  options.queue_bytes = 30'000;
  auto log = open(small_layout(), options);
  runtime::TaskGroup tasks(io.get_executor(), [](std::string_view) {});
  for (int i = 0; i < 20; ++i) tasks.spawn(append_quietly(*log));
  tasks.spawn(log->wait("facts", 1, 0));
  io.poll();
  log.reset();
  test::run_coroutine(io, tasks.join());
}

asio::awaitable<void> refuse_giant(EventLog& log) {
  std::vector<NewRecord> records;
  records.push_back(record("facts", 0, "k", std::string(2'000, 'x')));
  EXPECT_EQ((co_await log.append(std::move(records))).error(), Error::too_large);
}
TEST_F(SqliteLogTest, RefusesARecordAboveItsLimit) {
  SqliteLog::Options options;
  options.record_bytes = 1'500;
  test::run_coroutine(io, refuse_giant(*open(small_layout(), options)));
}

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
asio::awaitable<void> forget_a_key(EventLog& log) {
  co_await append_one(log, record("vault", 0, "person", "SECRET-KEY-MATERIAL"));
  co_await append_one(log, record("vault", 0, "person", ""));
  EXPECT_TRUE(co_await log.compact("vault"));
}
TEST_F(SqliteLogTest, LeavesNoTraceOfWhatCompactionRemoved) {
  const auto log = open();
  test::run_coroutine(io, forget_a_key(*log));
  for (const char* suffix : {"", "-wal"})
    EXPECT_EQ(bytes_of(file.string() + suffix).find("SECRET-KEY-MATERIAL"), std::string::npos) << suffix;
}

asio::awaitable<void> append_until(EventLog& log, const bool& stop, int& next) {
  while (!stop) {
    co_await append_some(log, next, next + 10);
    next += 10;
  }
}
asio::awaitable<void> back_up_while_writing(EventLog& log, std::filesystem::path copy, int& at_start, int& next) {
  bool stop = false;
  runtime::TaskGroup writer(co_await asio::this_coro::executor, [](std::string_view r) { ADD_FAILURE() << r; });
  co_await append_some(log, 0, 20'000);
  next = 20'000;
  writer.spawn(append_until(log, stop, next));
  at_start = next;
  EXPECT_TRUE(co_await log.backup(copy));
  stop = true;
  co_await writer.join();
}
asio::awaitable<void> expect_prefix(EventLog& log, int at_least, int at_most) {
  const auto even = co_await read_all(log, "facts", 0, 0);
  const auto odd = co_await read_all(log, "facts", 1, 0);
  EXPECT_EQ(even.size(), odd.size()) << "one moment for both partitions";
  EXPECT_GE(static_cast<int>(even.size() + odd.size()), at_least);
  EXPECT_LE(static_cast<int>(even.size() + odd.size()), at_most);
  for (std::size_t i = 0; i < even.size(); ++i) EXPECT_EQ(even[i]->value, std::to_string(2 * i));
}
TEST_F(SqliteLogTest, BacksUpOneMomentOfALogInUse) {
  int at_start = 0, next = 0;
  auto log = open();
  const std::string id = log->id();
  const std::filesystem::path copy = directory / "copy.sqlite3";
  test::run_coroutine(io, back_up_while_writing(*log, copy, at_start, next));
  log.reset();
  SqliteLog restored(io.get_executor(), copy, small_layout());
  EXPECT_EQ(restored.id(), id);
  test::run_coroutine(io, expect_prefix(restored, at_start, next));
}

}  // namespace
}  // namespace zhida::log
