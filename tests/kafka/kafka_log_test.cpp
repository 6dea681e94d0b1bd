#include "kafka/logs.hpp"
#include "platform/log/kafka_client.hpp"
#include "platform/log/kafka_error.hpp"
#include "platform/log/kafka_open.hpp"
#include "platform/log/kafka_producer.hpp"
#include "platform/log/kafka_record.hpp"
#include "platform/log/kafka_topics.hpp"
#include "platform/log/log_records.hpp"
#include "platform/runtime/callback.hpp"
#include "platform/runtime/task_group.hpp"
#include "support/run_coroutine.hpp"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdlib>
#include <map>
#include <set>
#include <sstream>

namespace zhida::log {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

Layout one_topic(std::int32_t partitions = 2) { return {{"facts", partitions, Retention::forever()}}; }

class KafkaLogTest : public testing::Test {
 protected:
  void SetUp() override {
    if (const std::string reason = test::KafkaBroker::absence(); !reason.empty()) GTEST_SKIP() << reason;
    settings = test::kafka_settings();
  }

  std::unique_ptr<KafkaLog> open(Layout layout) { return test::open_kafka_log(io, settings, std::move(layout)); }
  void run(asio::awaitable<void> body, std::chrono::seconds limit = 20s) { test::run_coroutine(io, std::move(body), limit); }

  asio::io_context io{1};
  KafkaSettings settings;
};

// Another program with the broker's ear.
class Outsider {
 public:
  explicit Outsider(const KafkaSettings& settings)
      : settings_(settings), client_(kafka::make_client(RD_KAFKA_PRODUCER, settings, RD_KAFKA_EVENT_ERROR, {{"acks", "all"}})) {}

  void put(const std::string& topic, const NewRecord& record, const std::string& log_id) {
    const kafka::Topic handle(rd_kafka_topic_new(client_.get(), (settings_.topic_prefix + topic).c_str(), nullptr));
    EXPECT_EQ(kafka::produce(*client_, handle.get(), 0, record, log_id, nullptr), RD_KAFKA_RESP_ERR_NO_ERROR);
    EXPECT_EQ(rd_kafka_flush(client_.get(), 10'000), RD_KAFKA_RESP_ERR_NO_ERROR);
  }

  void put_bare(const std::string& topic, std::string value) {
    const kafka::Topic handle(rd_kafka_topic_new(client_.get(), (settings_.topic_prefix + topic).c_str(), nullptr));
    rd_kafka_produce(handle.get(), 0, RD_KAFKA_MSG_F_COPY, value.data(), value.size(), nullptr, 0, nullptr);
    EXPECT_EQ(rd_kafka_flush(client_.get(), 10'000), RD_KAFKA_RESP_ERR_NO_ERROR);
  }

  void remove(const std::string& topic) {
    rd_kafka_DeleteTopic_t* request = rd_kafka_DeleteTopic_new((settings_.topic_prefix + topic).c_str());
    const kafka::Queue queue(rd_kafka_queue_new(client_.get()));
    rd_kafka_DeleteTopics(client_.get(), &request, 1, nullptr, queue.get());
    rd_kafka_DeleteTopic_destroy(request);
    const kafka::Event event(rd_kafka_queue_poll(queue.get(), 10'000));
    ASSERT_TRUE(event && !rd_kafka_event_error(event.get()));
  }

 private:
  KafkaSettings settings_;
  kafka::Client client_;
};

// `words`: values, with spaces between them.
asio::awaitable<void> append_some(EventLog& log, std::string words) {
  std::istringstream in(std::move(words));
  for (std::string value; in >> value;) co_await append_one(log, record("facts", 0, "k", value));
}

asio::awaitable<void> reads_values(EventLog& log, Offset from, std::vector<std::string> expected) {
  const auto all = co_await read_all(log, "facts", 0, from);
  EXPECT_EQ(values_of(all), expected);
}

TEST_F(KafkaLogTest, IsTheSameLogForEveryProcessAndAfterReopening) {
  auto first = open(one_topic());
  auto second = open(one_topic());
  EXPECT_EQ(first->id(), second->id());
  EXPECT_EQ(first->id().size(), 32U);
  run(append_some(*first, "a b"));
  run(reads_values(*second, 0, {"a", "b"}));
  first.reset();
  second.reset();
  auto third = open(one_topic());
  run(reads_values(*third, 0, {"a", "b"}));
}

asio::awaitable<void> append_later(EventLog& log, std::string value) {
  asio::steady_timer timer(co_await asio::this_coro::executor, 50ms);
  co_await timer.async_wait(asio::use_awaitable);
  co_await append_one(log, record("facts", 0, "k", std::move(value)));
}
asio::awaitable<void> hears_others(EventLog& one, EventLog& other) {
  using namespace asio::experimental::awaitable_operators;
  Offset next = 0;
  for (const char* value : {"a", "b", "c"}) {
    co_await (one.wait("facts", 0, next) && append_later(other, value));
    const auto batch = co_await one.read("facts", 0, next);
    EXPECT_THAT(values_of(batch->records), ElementsAre(value));
    next = batch->next;
    EXPECT_EQ((co_await one.range("facts", 0))->end, next);
  }
}
TEST_F(KafkaLogTest, WakesAReaderForWhatAnotherProcessAppends) {
  auto one = open(one_topic());
  auto other = open(one_topic());
  run(hears_others(*one, *other));
}

/// Readers at the end of a partition, where every record is the last for a moment: those that wait for it and those that look again and
/// again, from where they were.
TEST_F(KafkaLogTest, SkipsNothingAtTheEnd) {
  constexpr int records = 1'000;
  auto writer = open(one_topic(1));
  auto reader = open(one_topic(1));
  auto write = [&]() -> asio::awaitable<void> {
    asio::steady_timer pause(io);
    for (int i = 0; i < records; ++i) {
      std::vector<NewRecord> batch(1);
      batch.front().topic = "facts";
      batch.front().partition = 0;
      batch.front().value = std::to_string(i);
      const auto appended = co_await writer->append(std::move(batch));
      EXPECT_TRUE(appended.has_value());
      if (i % 7 != 0) continue;
      pause.expires_after(std::chrono::milliseconds(i % 5));
      co_await pause.async_wait(asio::use_awaitable);
    }
  };
  auto follow = [&](bool waits) -> asio::awaitable<void> {
    asio::steady_timer pause(io);
    Offset next = 0;
    for (int expected = 0; expected < records;) {
      const auto batch = co_await reader->read("facts", 0, next, ReadLimits());
      EXPECT_TRUE(batch.has_value());
      if (!batch) co_return;
      for (const RecordPtr& record : batch->records) {
        EXPECT_EQ(record->value, std::to_string(expected)) << "at offset " << record->offset << (waits ? ", waiting" : ", looking");
        if (record->value != std::to_string(expected)) co_return;
        ++expected;
      }
      next = batch->next;
      if (!batch->records.empty()) continue;
      pause.expires_after(std::chrono::milliseconds(1));
      co_await pause.async_wait(asio::use_awaitable);
      if (!waits) continue;
      Position position;
      position.topic = "facts";
      position.partition = 0;
      position.next = next;
      std::vector<Position> positions(1, position);
      co_await reader->wait(std::move(positions));
    }
  };
  auto body = [&]() -> asio::awaitable<void> {
    using namespace asio::experimental::awaitable_operators;
    co_await (write() && follow(false) && follow(true));
  };
  run(body(), 120s);
}

TEST_F(KafkaLogTest, RefusesAnotherLogThanTheOneAskedFor) {
  const std::string id = open(one_topic())->id();
  KafkaSettings other = settings;
  other.log_id = "0123456789abcdef0123456789abcdef";
  EXPECT_THAT(test::refusal(other, one_topic()), AllOf(HasSubstr(id), HasSubstr(other.log_id)));
}

TEST_F(KafkaLogTest, NamesEveryTopicThatIsNotAsWantedAndSaysWhatToChange) {
  const Layout made = {{"facts", 2, Retention::forever()}, {"notes", 1, Retention::for_days(30)}};
  const Layout wanted = {{"facts", 3, Retention::forever()}, {"notes", 1, Retention::forever()}};
  open(made);
  KafkaSettings stricter = settings;
  stricter.replication = 3;
  stricter.min_in_sync = 2;
  const std::string refusal = test::refusal(stricter, wanted);
  EXPECT_THAT(refusal, HasSubstr(settings.topic_prefix + "facts has 2 partitions, 3 are wanted"));
  EXPECT_THAT(refusal, HasSubstr(settings.topic_prefix + "notes has retention.ms=2592000000, -1 is wanted: kafka-configs --alter"));
  EXPECT_THAT(refusal, HasSubstr(settings.topic_prefix + "facts has 1 replicas, 3 are wanted"));
  EXPECT_THAT(refusal, HasSubstr(settings.topic_prefix + "facts has min.insync.replicas=1, at least 2 is wanted"));
}

TEST_F(KafkaLogTest, MakesNoTopicsWhenToldNotTo) {
  settings.create_topics = false;
  EXPECT_THAT(test::refusal(settings, one_topic()), HasSubstr("is missing: kafka-topics --create --topic"));
}

TEST_F(KafkaLogTest, RefusesALogThatLostATopic) {
  open(one_topic());
  Outsider(settings).remove("facts");
  EXPECT_THAT(test::refusal(settings, one_topic()), AllOf(HasSubstr("has lost topics"), HasSubstr("facts")));
}

TEST_F(KafkaLogTest, RefusesATopicThatWasMadeAnew) {
  open(one_topic());
  Outsider(settings).remove("facts");
  // As an operator would, with the right settings.
  const kafka::Client client = kafka::make_client(RD_KAFKA_PRODUCER, settings, RD_KAFKA_EVENT_ERROR, {});
  kafka::TopicAdmin(*client, settings).create(one_topic());
  EXPECT_THAT(test::refusal(settings, one_topic()), AllOf(HasSubstr("facts/0 was made anew"), HasSubstr("facts/1 was made anew")));
}

asio::awaitable<void> trim_all(EventLog& log) {
  const auto range = co_await log.range("facts", 0);
  EXPECT_TRUE(co_await log.trim("facts", 0, range->end));
}
TEST_F(KafkaLogTest, RefusesATopicKeptForeverThatWasTrimmed) {
  auto log = open(one_topic());
  run(append_some(*log, "a b"));
  run(trim_all(*log));
  log.reset();
  EXPECT_THAT(test::refusal(settings, one_topic()), HasSubstr("facts/0 was trimmed, it begins at offset 3"));
}

asio::awaitable<void> stops_at_foreign_record(EventLog& log, Outsider& outsider, bool waiting) {
  co_await append_some(log, "ours");
  if (waiting) co_await log.wait("facts", 0, 0);
  const NewRecord foreign = record("facts", 0, "k", "theirs");
  outsider.put("facts", foreign, "another-log");
  auto batch = co_await log.read("facts", 0, 0);
  EXPECT_THAT(values_of(batch->records), ElementsAre("ours"));
  asio::steady_timer timer(co_await asio::this_coro::executor, 300ms);
  co_await timer.async_wait(asio::use_awaitable);
  batch = co_await log.read("facts", 0, batch->next);
  EXPECT_TRUE(batch.has_error()) << batch->records.size();
  EXPECT_EQ(batch.error(), kafka::Error::foreign_record);
}
TEST_F(KafkaLogTest, ReadsNoRecordOfAnotherLog) {
  auto log = open(one_topic());
  Outsider outsider(settings);
  run(stops_at_foreign_record(*log, outsider, false));
}

TEST_F(KafkaLogTest, RefusesTopicsFullOfAnotherLogsRecords) {
  const kafka::Client client = kafka::make_client(RD_KAFKA_PRODUCER, settings, RD_KAFKA_EVENT_ERROR, {});
  kafka::TopicAdmin(*client, settings).create(one_topic());
  Outsider outsider(settings);
  outsider.put("facts", record("facts", 0, "k", "theirs"), "another-log");
  EXPECT_THAT(test::refusal(settings, one_topic()), HasSubstr("facts/0 holds records of log another-log"));
}

asio::awaitable<void> hands_on_bare_records(EventLog& log, Outsider& outsider) {
  outsider.put_bare("facts", "{}");
  co_await append_some(log, "ours");
  const auto all = co_await read_all(log, "facts", 0, 0);
  EXPECT_THAT(values_of(all), ElementsAre("{}", "ours"));
  EXPECT_EQ(all.front()->event.type, "");
}
TEST_F(KafkaLogTest, HandsOnARecordWithoutHeadersForTheReaderToJudge) {
  auto log = open(one_topic());
  Outsider outsider(settings);
  run(hands_on_bare_records(*log, outsider));
}

asio::awaitable<void> hands_on_records_that_name_no_log(EventLog& log, Outsider& outsider) {
  outsider.put("facts", record("facts", 0, "k", "{}"), "");
  co_await append_some(log, "ours");
  const auto all = co_await read_all(log, "facts", 0, 0);
  EXPECT_THAT(values_of(all), ElementsAre("{}", "ours"));
  EXPECT_EQ(all.front()->event.type, all.back()->event.type + " (names no log)") << "a reader takes it for what it looks like";
}
TEST_F(KafkaLogTest, MarksARecordThatNamesNoLog) {
  auto log = open(one_topic());
  Outsider outsider(settings);
  run(hands_on_records_that_name_no_log(*log, outsider));
}

TEST_F(KafkaLogTest, ListsAllMistakesInItsSettings) {
  KafkaSettings wrong;
  wrong.brokers = "a:1,b,c:99999";
  wrong.min_in_sync = 4;
  wrong.security = "sasl_plaintext";
  wrong.sasl_mechanism = "GSSAPI";
  wrong.password = "hidden";
  wrong.ca_file = "/nowhere/ca.pem";
  wrong.compression = "snappy";
  wrong.session_limit = 2s;
  wrong.member_stall = 1s;
  const std::string refusal = test::refusal(wrong, one_topic());
  for (const char* part : {"\"b\" is not host:port", "\"c:99999\" is not host:port", "(4) exceed the replication (3)", "GSSAPI",
                           "a user name is missing", "TLS files are given, but security is sasl_plaintext", "snappy",
                           "session limit (2000 ms) is shorter than three heartbeats", "stall of a member (1000 ms) is shorter"})
    EXPECT_THAT(refusal, HasSubstr(part));
  EXPECT_THAT(refusal, testing::Not(HasSubstr("hidden")));
}

TEST_F(KafkaLogTest, LogsInWithAPassword) {
  settings.brokers = test::KafkaBroker::shared().secured();
  settings.security = "sasl_plaintext";
  settings.sasl_mechanism = "PLAIN";
  settings.username = "zhida";
  settings.password = "secret";
  auto log = open(one_topic());
  run(append_some(*log, "a"));
  run(reads_values(*log, 0, {"a"}));
}

struct Acknowledged {
  std::map<std::string, Offset> offsets;  // by value
  int refused = 0;
  bool stop = false;
};

asio::awaitable<void> write_until_told(EventLog& log, int writer, Acknowledged& done) {
  for (int n = 0; !done.stop; ++n) {
    std::vector<NewRecord> records;
    for (int i = 0; i < 10; ++i)
      records.push_back(record("facts", (writer + i) % 2, std::to_string(writer), fmt::format("{}-{}-{}", writer, n, i)));
    std::vector<std::string> values;
    for (const NewRecord& each : records) values.push_back(each.value);
    const auto offsets = co_await log.append(std::move(records));
    if (!offsets) {
      ++done.refused;
      continue;
    }
    for (std::size_t i = 0; i < values.size(); ++i) done.offsets[values[i]] = (*offsets)[i];
  }
}

asio::awaitable<void> reads_exactly(EventLog& log, const Acknowledged& done) {
  std::map<std::string, int> times;
  std::map<std::string, std::set<Offset>> places;
  for (std::int32_t p = 0; p < 2; ++p) {
    for (const RecordPtr& each : co_await read_all(log, "facts", p, 0)) {
      ++times[each->value];
      places[each->value].insert(each->offset);
    }
  }
  std::size_t lost = 0;
  std::size_t elsewhere = 0;
  for (const auto& [value, offset] : done.offsets) {
    lost += times.contains(value) ? 0 : 1;
    elsewhere += places[value].contains(offset) ? 0 : 1;
  }
  std::size_t doubled = 0;
  for (const auto& [value, count] : times) doubled += count > 1 ? 1 : 0;
  EXPECT_EQ(lost, 0U);
  EXPECT_EQ(elsewhere, 0U) << "acknowledged with another offset";
  EXPECT_EQ(doubled, 0U);
  testing::Test::RecordProperty("acknowledged", static_cast<int>(done.offsets.size()));
  testing::Test::RecordProperty("doubled", static_cast<int>(doubled));
}

asio::awaitable<void> sleep(std::chrono::milliseconds time) {
  asio::steady_timer timer(co_await asio::this_coro::executor, time);
  co_await timer.async_wait(asio::use_awaitable);
}

asio::awaitable<void> progress(const Acknowledged& done, std::size_t wanted) {
  for (int i = 0; i < 1'200 && done.offsets.size() < wanted; ++i) co_await sleep(50ms);
  EXPECT_GE(done.offsets.size(), wanted) << "appending goes on after a restart";
}

// The broker dies while eight writers append.
asio::awaitable<void> survives_kills(KafkaLog& log, test::KafkaBroker& broker, asio::io_context& io, int kills) {
  Acknowledged done;
  runtime::TaskGroup writers(io.get_executor(), [](std::string_view reason) { ADD_FAILURE() << reason; });
  for (int w = 0; w < 8; ++w) writers.spawn(write_until_told(log, w, done));
  std::size_t before = 0;
  for (int kill = 0; kill < kills; ++kill) {
    co_await progress(done, before + 500);
    broker.kill();
    co_await sleep(500ms);
    broker.start();
    before = done.offsets.size();
  }
  co_await progress(done, before + 500);
  done.stop = true;
  co_await writers.join();
  EXPECT_EQ(done.refused, 0) << "an outage shorter than the delivery limit refuses nothing";
  co_await reads_exactly(log, done);
}
TEST_F(KafkaLogTest, NeitherLosesNorDoublesWhatItAcknowledgedWhenTheBrokerIsKilled) {
  settings.delivery_limit = 120s;
  auto log = open(one_topic());
  const int kills = std::getenv("ZHIDA_TEST_LONG") ? 10 : 1;
  run(survives_kills(*log, test::KafkaBroker::shared(), io, kills), (kills + 1) * 120s);
}

// After a fatal error of the producer everything is answered, each writer's records stand in their order, none is missing.
asio::awaitable<boost::system::result<std::vector<Offset>>> hand_over(KafkaProducer& producer, asio::any_io_executor executor, int n) {
  KafkaAppend append;
  for (int i = 0; i < 5; ++i) append.records.push_back(record("facts", 0, "k", std::to_string(5 * n + i)));
  append.partitions.assign(5, 0);
  auto start = [&](void* opaque) {
    append.ticket = Ticket<std::vector<Offset>>(opaque);
    producer.append(std::move(append));
  };
  co_return co_await runtime::Callback<std::vector<Offset>>::wait(executor, start);
}
asio::awaitable<void> one_after_the_other(KafkaProducer& producer, asio::any_io_executor executor) {
  for (int n = 0; n < 60; ++n) {
    if (n == 20 || n == 40) {
      rd_kafka_test_fatal_error(producer.client(), RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, "made by the test");
    }
    EXPECT_TRUE(co_await hand_over(producer, executor, n));
  }
}
asio::awaitable<void> many_at_once(KafkaProducer& producer, asio::io_context& io) {
  runtime::TaskGroup all(io.get_executor(), [](std::string_view reason) { ADD_FAILURE() << reason; });
  const auto one = [](KafkaProducer& to, asio::any_io_executor executor, int n) -> asio::awaitable<void> {
    EXPECT_TRUE(co_await hand_over(to, executor, n));
  };
  for (int n = 60; n < 200; ++n) all.spawn(one(producer, io.get_executor(), n));
  while (producer.outstanding() < 140) co_await asio::post(asio::use_awaitable);
  rd_kafka_test_fatal_error(producer.client(), RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, "made by the test");
  co_await all.join();
  // What was on its way may have been acknowledged before the producer is made anew.
  for (int i = 0; i < 500 && producer.lives() < 4; ++i) co_await sleep(10ms);
}
asio::awaitable<void> all_in_order(EventLog& log) {
  std::vector<int> first;  // where each number stands first
  std::set<int> seen;
  for (const RecordPtr& each : co_await read_all(log, "facts", 0, 0))
    if (seen.insert(std::stoi(each->value)).second) first.push_back(std::stoi(each->value));
  EXPECT_EQ(first.size(), 1'000U);
  EXPECT_TRUE(std::is_sorted(first.begin(), first.end()));
}
TEST_F(KafkaLogTest, SendsAgainWhatIsUnacknowledgedAfterAFatalErrorOfTheProducer) {
  auto log = open(one_topic());
  const PartitionIndex partitions(one_topic());
  auto producer = std::make_shared<KafkaProducer>(
      io.get_executor(), settings, partitions, log->id(), [](std::string_view) {}, [](std::size_t, Offset) {});
  producer->start();
  run(one_after_the_other(*producer, io.get_executor()));
  EXPECT_EQ(producer->lives(), 3U);
  run(many_at_once(*producer, io));
  EXPECT_EQ(producer->lives(), 4U);
  EXPECT_EQ(producer->outstanding(), 0U);
  run(all_in_order(*log));
}

asio::awaitable<void> waits_then_refuses(EventLog& log, test::KafkaBroker& broker) {
  co_await append_some(log, "before");
  broker.kill();
  const auto begun = std::chrono::steady_clock::now();
  std::vector<NewRecord> records;
  records.push_back(record("facts", 0, "k", "meanwhile"));
  EXPECT_EQ((co_await log.append(std::move(records))).error(), Error::io);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 10s);
  EXPECT_TRUE((co_await log.read("facts", 0, 0)).has_error());
}
TEST_F(KafkaLogTest, SaysWithinItsLimitsThatTheBrokersAreGone) {
  test::KafkaBroker& broker = test::KafkaBroker::shared();
  settings.delivery_limit = 2s;
  settings.request_limit = 1s;
  auto log = open(one_topic());
  run(waits_then_refuses(*log, broker));
  log.reset();
  broker.start();  // for the others
  broker.wait_until_ready();
}

TEST(KafkaRecord, WritesTimesSoThatTheyReadTheSame) {
  for (const std::int64_t ms : {std::int64_t{0}, std::int64_t{-5}, std::int64_t{1'700'000'000'123}, std::int64_t{253'402'300'799'999}})
    EXPECT_EQ(kafka::from_time(kafka::to_time(ms)), ms) << kafka::to_time(ms);
  EXPECT_EQ(kafka::to_time(1'700'000'000'123), "2023-11-14T22:13:20.123Z");
  for (const char* bad : {"", "2023-11-14", "2023-13-14T22:13:20.123Z", "2023-11-14T22:13:20Z", "2023-11-14T22:13:20.123+08:00x"})
    EXPECT_EQ(kafka::from_time(bad), std::nullopt) << bad;
}

}  // namespace
}  // namespace zhida::log
