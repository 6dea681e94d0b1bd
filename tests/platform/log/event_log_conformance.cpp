#include "platform/log/event_log_conformance.hpp"

#include "platform/log/log_records.hpp"
#include "platform/runtime/task_group.hpp"
#include "platform/runtime/timeout.hpp"
#include "support/run_coroutine.hpp"

#include <gmock/gmock.h>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include <algorithm>

namespace zhida::log {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using testing::ElementsAre;
using Values = std::vector<std::string>;

Layout EventLogConformance::layout() {
  return {{"facts", 3, Retention::forever()}, {"notes", 1, Retention::for_days(30)}, {"keys", 3, Retention::compacted()}};
}

void EventLogConformance::SetUp() {
  if (const std::string reason = GetParam().absence(); !reason.empty()) GTEST_SKIP() << reason;
  log = GetParam().make(io, directory.path(), layout());
}

void EventLogConformance::run(asio::awaitable<void> body) { test::run_coroutine(io, std::move(body)); }

namespace {

asio::awaitable<void> pause(std::chrono::milliseconds time) {
  asio::steady_timer timer(co_await asio::this_coro::executor, time);
  co_await timer.async_wait(asio::use_awaitable);
}

asio::awaitable<void> begins_empty(EventLog& log) {
  EXPECT_FALSE(log.id().empty());
  const auto range = co_await log.range("facts", 2);
  EXPECT_EQ(range->start, range->end);
  const auto batch = co_await log.read("facts", 2, range->end);
  EXPECT_TRUE(batch->records.empty());
  EXPECT_EQ(batch->next, range->end);
}
TEST_P(EventLogConformance, BeginsEmpty) { run(begins_empty(*log)); }

asio::awaitable<void> keeps_every_byte(EventLog& log) {
  NewRecord odd = record("facts", 1, std::string("k\0\xff\n", 4), std::string("v\0\xc3\x28 \"'", 8));
  odd.event = {"id\x01", "type", "/源", -5, "00-abc-def-01"};
  const NewRecord expected = odd;
  const Offset offset = co_await append_one(log, std::move(odd));
  const auto batch = co_await log.read("facts", 1, offset);
  EXPECT_EQ(batch->records.size(), 1U);
  const Record& got = *batch->records.front();
  EXPECT_EQ(got.offset, offset);
  EXPECT_EQ(got.key, expected.key);
  EXPECT_EQ(got.value, expected.value);
  EXPECT_EQ(got.event.id, expected.event.id);
  EXPECT_EQ(got.event.type, expected.event.type);
  EXPECT_EQ(got.event.source, expected.event.source);
  EXPECT_EQ(got.event.time_ms, expected.event.time_ms);
  EXPECT_EQ(got.event.traceparent, expected.event.traceparent);
}
TEST_P(EventLogConformance, KeepsEveryByteOfARecord) { run(keeps_every_byte(*log)); }

asio::awaitable<void> keeps_order(EventLog& log) {
  std::vector<NewRecord> records;
  for (int i = 0; i < 300; ++i) records.push_back(record("facts", i % 3, "k", std::to_string(i)));
  const auto offsets = co_await log.append(std::move(records));
  EXPECT_EQ(offsets->size(), 300U);
  for (std::int32_t p = 0; p < 3; ++p) {
    const auto all = co_await read_all(log, "facts", p, 0);
    EXPECT_EQ(all.size(), 100U);
    for (std::size_t i = 0; i < all.size(); ++i) {
      const std::size_t n = 3 * i + static_cast<std::size_t>(p);
      EXPECT_EQ(all[i]->value, std::to_string(n));
      EXPECT_EQ(all[i]->offset, (*offsets)[n]);
    }
  }
}
TEST_P(EventLogConformance, KeepsTheOrderOfAnAppendInEachPartition) { run(keeps_order(*log)); }

asio::awaitable<void> one_writer(EventLog& log, int writer, int count) {
  for (int i = 0; i < count; ++i) co_await append_one(log, record("notes", 0, std::to_string(writer), std::to_string(i)));
}
asio::awaitable<void> many_writers(EventLog& log, asio::io_context& io) {
  runtime::TaskGroup writers(io.get_executor(), [](std::string_view reason) { ADD_FAILURE() << reason; });
  for (int w = 0; w < 20; ++w) writers.spawn(one_writer(log, w, 25));
  co_await writers.join();
  std::vector<int> next(20, 0);
  Offset last = -1;
  const auto all = co_await read_all(log, "notes", 0, 0);
  EXPECT_EQ(all.size(), 500U);
  for (const RecordPtr& each : all) {
    EXPECT_GT(each->offset, last);
    last = each->offset;
    EXPECT_EQ(each->value, std::to_string(next[static_cast<std::size_t>(std::stoi(each->key))]++));
  }
}
TEST_P(EventLogConformance, KeepsTheOrderOfEachOfManyWriters) { run(many_writers(*log, io)); }

asio::awaitable<void> reads_within_limits(EventLog& log) {
  for (int i = 0; i < 10; ++i) co_await append_one(log, record("notes", 0, "k", std::string(10'000, static_cast<char>('a' + i))));
  const auto by_count = co_await log.read("notes", 0, 0, ReadLimits{3, 1U << 20U});
  EXPECT_EQ(by_count->records.size(), 3U);
  const auto by_bytes = co_await log.read("notes", 0, 0, ReadLimits{100, 25'000});
  EXPECT_EQ(by_bytes->records.size(), 2U);
  const auto at_least_one = co_await log.read("notes", 0, 0, ReadLimits{100, 1});
  EXPECT_EQ(at_least_one->records.size(), 1U);
  const auto all = co_await read_all(log, "notes", 0, 0, ReadLimits{3, 25'000});
  EXPECT_EQ(all.size(), 10U);
}
TEST_P(EventLogConformance, ReadsWithinItsLimits) { run(reads_within_limits(*log)); }

asio::awaitable<void> reads_from_anywhere(EventLog& log) {
  std::vector<Offset> offsets;
  for (int i = 0; i < 5; ++i) offsets.push_back(co_await append_one(log, record("notes", 0, "k", std::to_string(i))));
  for (std::size_t i = 0; i < 5; ++i) {
    const auto batch = co_await log.read("notes", 0, offsets[i]);
    EXPECT_EQ(batch->records.size(), 5 - i);
    EXPECT_EQ(batch->records.front()->offset, offsets[i]);
  }
  const auto range = co_await log.range("notes", 0);
  EXPECT_GT(range->end, offsets.back());
  EXPECT_TRUE((co_await log.read("notes", 0, range->end))->records.empty());
  EXPECT_EQ((co_await log.read("notes", 0, range->end + 1)).error(), Error::beyond_end);
}
TEST_P(EventLogConformance, ReadsFromAnyOffsetUpToTheEndAndRefusesOneBeyond) { run(reads_from_anywhere(*log)); }

asio::awaitable<void> refuses_unknown_places(EventLog& log) {
  std::vector<NewRecord> records;
  records.push_back(record("notes", 0, "k", "good"));
  records.push_back(record("notes", 1, "k", "bad"));
  EXPECT_EQ((co_await log.append(std::move(records))).error(), Error::unknown_partition);
  EXPECT_TRUE((co_await read_all(log, "notes", 0, 0)).empty()) << "all or nothing";
  EXPECT_EQ((co_await log.read("nothing", 0, 0)).error(), Error::unknown_partition);
  EXPECT_EQ((co_await log.range("facts", 3)).error(), Error::unknown_partition);
  EXPECT_EQ((co_await log.range("facts", -1)).error(), Error::unknown_partition);
  EXPECT_THROW(co_await log.wait("facts", 3, 0), std::out_of_range);
}
TEST_P(EventLogConformance, RefusesTopicsAndPartitionsItDoesNotHave) { run(refuses_unknown_places(*log)); }

asio::awaitable<void> append_later(EventLog& log, std::string topic, std::int32_t partition) {
  co_await pause(20ms);
  co_await append_one(log, record(topic, partition, "k", "late"));
}
asio::awaitable<void> wakes_waiters(EventLog& log) {
  using namespace asio::experimental::awaitable_operators;
  std::vector<Position> positions = {{"facts", 0, 0}, {"facts", 2, 0}, {"notes", 0, 0}};
  co_await (log.wait(positions) && append_later(log, "facts", 2));
  const auto all = co_await read_all(log, "facts", 2, 0);
  EXPECT_THAT(values_of(all), ElementsAre("late"));
  co_await log.wait(positions);  // at once
  const Offset end = (co_await log.range("facts", 2))->end;
  co_await (log.wait("facts", 2, end) && append_later(log, "facts", 2));
  EXPECT_EQ((co_await log.read("facts", 2, end))->records.size(), 1U);
}
TEST_P(EventLogConformance, WakesThoseWhoWaitForOneOfSeveralPartitions) { run(wakes_waiters(*log)); }

asio::awaitable<boost::system::result<void>> wait_for_nothing(EventLog& log) {
  co_await log.wait("notes", 0, 0);
  co_return boost::system::result<void>();
}
asio::awaitable<void> is_cancellable(EventLog& log) {
  const auto waited = co_await runtime::within<void>(20ms, wait_for_nothing(log));
  EXPECT_EQ(waited.error(), asio::error::timed_out);
  co_await append_one(log, record("notes", 0, "k", "v"));  // whoever gave up must not be woken
}
TEST_P(EventLogConformance, LetsAWaiterGiveUp) { run(is_cancellable(*log)); }

asio::awaitable<void> trims(EventLog& log) {
  std::vector<Offset> offsets;
  for (int i = 0; i < 6; ++i) offsets.push_back(co_await append_one(log, record("notes", 0, "k", std::to_string(i))));
  EXPECT_TRUE(co_await log.trim("notes", 0, offsets[4]));
  EXPECT_EQ((co_await log.range("notes", 0))->start, offsets[4]);
  EXPECT_EQ((co_await log.read("notes", 0, offsets[3])).error(), Error::trimmed);
  EXPECT_THAT(values_of(co_await read_all(log, "notes", 0, offsets[4])), ElementsAre("4", "5"));
  EXPECT_TRUE(co_await log.trim("notes", 0, offsets[1])) << "trimming what is gone changes nothing";
  EXPECT_EQ((co_await log.range("notes", 0))->start, offsets[4]);
  const Offset end = (co_await log.range("notes", 0))->end;
  EXPECT_EQ((co_await log.trim("notes", 0, end + 1)).error(), Error::beyond_end);
  EXPECT_TRUE(co_await log.trim("notes", 0, end));
  EXPECT_GE(co_await append_one(log, record("notes", 0, "k", "after")), end) << "offsets never come again";
  EXPECT_THAT(values_of(co_await read_all(log, "notes", 0, end)), ElementsAre("after"));
}
TEST_P(EventLogConformance, TrimsAndRefusesReadersWhoMissedRecords) { run(trims(*log)); }

asio::awaitable<void> compacts(EventLog& log) {
  for (const char* key : {"a", "b", "a", "c", "b", "a"}) {
    static int n = 0;
    co_await append_one(log, record("keys", 0, key, std::string(key) + std::to_string(n++)));
  }
  co_await append_one(log, record("keys", 0, "c", ""));
  const Range before = (co_await log.range("keys", 0)).value();
  EXPECT_TRUE(co_await log.compact("keys"));
  const auto all = co_await read_all(log, "keys", 0, before.start);
  Values keys;
  for (const RecordPtr& each : all) keys.push_back(each->key);
  EXPECT_THAT(keys, ElementsAre("b", "a", "c"));
  EXPECT_EQ(all.back()->value, "") << "the tombstone stays";
  EXPECT_GE((co_await log.range("keys", 0))->end, before.end);
  EXPECT_EQ((co_await log.range("keys", 0))->start, before.start);
  co_await append_one(log, record("keys", 0, "d", "new"));
  EXPECT_EQ((co_await read_all(log, "keys", 0, before.start)).size(), 4U);
  EXPECT_EQ((co_await log.compact("notes")).error(), Error::unsupported);
}
TEST_P(EventLogConformance, CompactsToTheNewestRecordOfEachKey) { run(compacts(*log)); }

asio::awaitable<void> assigns(EventLog& log) {
  std::vector<std::string> topics = {"facts", "keys"};
  auto member = co_await log.join("matcher", topics);
  EXPECT_THAT((*member)->assignment().partitions, ElementsAre(0, 1, 2));
  std::vector<std::string> unequal = {"facts", "notes"};
  EXPECT_EQ((co_await log.join("matcher", unequal)).error(), Error::unknown_partition);
}
TEST_P(EventLogConformance, GivesASoleMemberEveryPartition) { run(assigns(*log)); }

asio::awaitable<void> takes_large_values(EventLog& log) {
  const std::string large(3U << 20U, 'x');
  std::vector<NewRecord> records;
  for (int i = 0; i < 4; ++i) records.push_back(record("facts", 0, std::to_string(i), large));
  EXPECT_TRUE(co_await log.append(std::move(records)));
  const auto all = co_await read_all(log, "facts", 0, 0);
  EXPECT_EQ(all.size(), 4U);
  for (const RecordPtr& each : all) EXPECT_TRUE(each->value == large);
}
TEST_P(EventLogConformance, TakesLargeValues) { run(takes_large_values(*log)); }

asio::awaitable<void> appends_nothing(EventLog& log) {
  std::vector<NewRecord> none;
  const auto offsets = co_await log.append(std::move(none));
  EXPECT_TRUE(offsets && offsets->empty());
}
TEST_P(EventLogConformance, AcceptsAnEmptyAppend) { run(appends_nothing(*log)); }

asio::awaitable<void> backs_up(EventLog& log, const std::filesystem::path& file, bool can) {
  co_await append_one(log, record("notes", 0, "k", "v"));
  const auto done = co_await log.backup(file);
  if (!can) {
    EXPECT_EQ(done.error(), Error::unsupported);
    co_return;
  }
  EXPECT_TRUE(done);
  EXPECT_TRUE(std::filesystem::exists(file));
  EXPECT_EQ((co_await log.backup(file)).error(), Error::io) << "never overwrites";
}
TEST_P(EventLogConformance, BacksUpOrSaysThatItCannot) { run(backs_up(*log, directory / "copy.sqlite3", GetParam().can_back_up)); }

}  // namespace
}  // namespace zhida::log
