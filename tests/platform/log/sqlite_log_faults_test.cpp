#include "platform/log/log_records.hpp"
#include "platform/log/sqlite.hpp"
#include "platform/log/sqlite_log.hpp"
#include "platform/runtime/task_group.hpp"
#include "support/child_process.hpp"
#include "support/run_coroutine.hpp"
#include "support/temporary_directory.hpp"

#include <gmock/gmock.h>

#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <random>
#include <thread>

namespace zhida::log {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr int writers = 8;

Layout one_topic() { return {{"facts", 2, Retention::forever()}}; }

struct Acknowledged {
  std::int32_t writer;
  std::int32_t number;
};

void report(int pipe, std::int32_t writer, std::int32_t number) {
  const Acknowledged last{writer, number};
  if (::write(pipe, &last, sizeof last) != static_cast<ssize_t>(sizeof last)) ::_exit(3);
}

// Appends 1–5 records at a time and reports the last number of each acknowledged append in the pipe.
asio::awaitable<void> write_for_ever(EventLog& log, int writer, int first, int pipe) {
  for (int next = first;;) {
    std::vector<NewRecord> records;
    for (int i = 0; i <= (next + writer) % 5; ++i, ++next)
      records.push_back(record("facts", writer % 2, std::to_string(writer), std::to_string(next)));
    const auto done = co_await log.append(std::move(records));
    if (!done) continue;
    report(pipe, writer, next - 1);
  }
}

int write_until_killed(const std::filesystem::path& file, const std::vector<int>& first, int pipe) {
  asio::io_context io{1};
  SqliteLog log(io.get_executor(), file, one_topic());
  runtime::TaskGroup tasks(io.get_executor(), [](std::string_view) { ::_exit(4); });
  for (int w = 0; w < writers; ++w) tasks.spawn(write_for_ever(log, w, first[static_cast<std::size_t>(w)], pipe));
  io.run();
  return 5;
}

// What each writer left in the log: its numbers from 0 on, in order, whole appends.
asio::awaitable<void> check_log(EventLog& log, const std::vector<int>& acknowledged, std::vector<int>& next) {
  std::vector<int> seen(writers, 0);
  for (std::int32_t p = 0; p < 2; ++p) {
    const auto all = co_await read_all(log, "facts", p, 0);
    for (const RecordPtr& each : all) {
      int& expected = seen[static_cast<std::size_t>(std::stoi(each->key))];
      if (std::stoi(each->value) != expected) ADD_FAILURE() << each->key << " jumps to " << each->value;
      ++expected;
    }
  }
  for (std::size_t w = 0; w < seen.size(); ++w) EXPECT_GE(seen[w], acknowledged[w]) << "writer " << w << " lost acknowledged records";
  next = seen;
}

TEST(SqliteLogFaults, KeepsWhatItAcknowledgedAndTheOrderThroughManyKills) {
  constexpr int kills = 25;
  const test::TemporaryDirectory directory;
  const std::filesystem::path file = directory / "log.sqlite3";
  std::mt19937 random(4711);
  std::vector<int> acknowledged(writers, 0), next(writers, 0);
  for (int kill = 0; kill < kills; ++kill) {
    int pipe[2];
    ASSERT_EQ(::pipe(pipe), 0);
    test::ChildProcess child([&] {
      ::close(pipe[0]);
      return write_until_killed(file, next, pipe[1]);
    });
    ::close(pipe[1]);
    std::thread reader([&] {
      Acknowledged last{};
      while (::read(pipe[0], &last, sizeof last) == static_cast<ssize_t>(sizeof last))
        acknowledged[static_cast<std::size_t>(last.writer)] = last.number + 1;
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(10 + random() % 120));
    child.kill();
    reader.join();
    ::close(pipe[0]);
    asio::io_context io{1};
    SqliteLog log(io.get_executor(), file, one_topic());
    test::run_coroutine(io, check_log(log, acknowledged, next));
    if (HasFailure()) FAIL() << "after kill " << kill;
  }
  EXPECT_GT(acknowledged[0], 100) << "the test must have written something";
}

void limit_file_size(rlim_t bytes) {
  rlimit limit{};
  ::getrlimit(RLIMIT_FSIZE, &limit);
  limit.rlim_cur = std::min(bytes, limit.rlim_max);
  ::setrlimit(RLIMIT_FSIZE, &limit);
}

asio::awaitable<void> fill_the_disk(EventLog& log, int& failures) {
  std::vector<std::string> acknowledged;
  for (int i = 0; i < 200; ++i) {
    if (i == 20) limit_file_size(1U << 20U);  // no file may grow beyond: to SQLite a full disk
    if (i == 150) limit_file_size(RLIM_INFINITY);
    std::vector<NewRecord> records;
    records.push_back(record("facts", 0, "k", std::to_string(i) + std::string(20'000, 'x')));
    const std::string value = records.front().value;
    const auto done = co_await log.append(std::move(records));
    if (done) {
      acknowledged.push_back(value);
    } else {
      ++failures;
      EXPECT_TRUE(done.error() == Error::no_space || done.error() == Error::io) << done.error().message();
      EXPECT_EQ((co_await log.read("facts", 0, 0))->records.front()->value, acknowledged.front()) << "reads go on";
    }
  }
  EXPECT_EQ(values_of(co_await read_all(log, "facts", 0, 0)), acknowledged);
}
TEST(SqliteLogFaults, AnswersErrorsWhileTheDiskIsFullAndRecovers) {
  const test::TemporaryDirectory directory;
  // In a child: the limit is the whole process'.
  test::ChildProcess child([&] {
    std::signal(SIGXFSZ, SIG_IGN);
    const std::filesystem::path file = directory / "log.sqlite3";
    int failures = 0;
    std::size_t kept = 0;
    asio::io_context io{1};
    {
      SqliteLog::Options options;
      options.cache_bytes = 0;
      SqliteLog log(io.get_executor(), file, one_topic(), options);
      test::run_coroutine(io, fill_the_disk(log, failures));
    }
    SqliteLog again(io.get_executor(), file, one_topic());
    auto count = [](EventLog& log, std::size_t& records) -> asio::awaitable<void> {
      records = (co_await read_all(log, "facts", 0, 0)).size();
    };
    test::run_coroutine(io, count(again, kept));
    if (failures == 0) return 10;
    if (kept + static_cast<std::size_t>(failures) != 200) return 11;
    return testing::Test::HasFailure() ? 12 : 0;
  });
  EXPECT_EQ(child.wait(), 0);
}

asio::awaitable<void> append_while_busy(EventLog& log, sqlite::Database& other) {
  co_await append_one(log, record("facts", 0, "k", "before"));
  other.execute("BEGIN IMMEDIATE");
  std::vector<NewRecord> records;
  records.push_back(record("facts", 0, "k", "refused"));
  EXPECT_EQ((co_await log.append(std::move(records))).error(), Error::busy);
  other.execute("ROLLBACK");
  co_await append_one(log, record("facts", 0, "k", "after"));
  const auto all = co_await read_all(log, "facts", 0, 0);
  EXPECT_THAT(values_of(all), testing::ElementsAre("before", "after"));
}
TEST(SqliteLogFaults, AnswersBusyWhileAnotherProgramHoldsTheFile) {
  const test::TemporaryDirectory directory;
  asio::io_context io{1};
  SqliteLog::Options options;
  options.busy_limit = 20ms;
  SqliteLog log(io.get_executor(), directory / "log.sqlite3", one_topic(), options);
  sqlite::Database other(directory / "log.sqlite3", 20ms);
  test::run_coroutine(io, append_while_busy(log, other));
}

}  // namespace
}  // namespace zhida::log
