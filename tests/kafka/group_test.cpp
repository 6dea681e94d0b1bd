#include "kafka/logs.hpp"
#include "platform/log/kafka_client.hpp"
#include "platform/log/kafka_error.hpp"
#include "support/child_process.hpp"
#include "support/run_coroutine.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace zhida::log {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using Partitions = std::vector<std::int32_t>;

constexpr std::int32_t partitions = 8;

Layout two_topics() { return {{"facts", partitions, Retention::forever()}, {"notes", partitions, Retention::forever()}}; }

std::vector<std::string> topics() { return {"facts", "notes"}; }

Partitions all_of_them() {
  Partitions all;
  for (std::int32_t p = 0; p < partitions; ++p) all.push_back(p);
  return all;
}

double seconds_since(std::chrono::steady_clock::time_point begun) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
}

asio::awaitable<void> sleep(std::chrono::milliseconds time) {
  asio::steady_timer timer(co_await asio::this_coro::executor, time);
  co_await timer.async_wait(asio::use_awaitable);
}

/// A process and what it is told to own, written line by line to `out`: the first line says that its log is open.
int member_process(const KafkaSettings& settings, const std::string& group, int out) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  asio::io_context io{1};
  const auto log = test::open_kafka_log(io, settings, two_topics());
  const auto run = [&]() -> asio::awaitable<void> {
    const auto member = co_await log->join(group, topics());
    for (;;) {
      std::string line = fmt::format("{}", fmt::join((*member)->assignment().partitions, " ")) + "\n";
      if (::write(out, line.data(), line.size()) < 0) co_return;
      co_await (*member)->changed((*member)->assignment().generation);
    }
  };
  asio::co_spawn(io, run, asio::detached);
  io.run();
  return 0;
}

/// A member in a process of its own.
class RemoteMember {
 public:
  RemoteMember(asio::io_context& io, const KafkaSettings& settings, const std::string& group)
      : RemoteMember(io, pipe_ends(), settings, group) {}

  /// Ended by a signal, continued by another.
  void signal(int number) const { ::kill(child_.pid(), number); }

  /// What it says next that it owns.
  asio::awaitable<Partitions> next() {
    const std::size_t size = co_await asio::async_read_until(in_, asio::dynamic_buffer(text_), '\n', asio::use_awaitable);
    std::istringstream line(text_.substr(0, size));
    text_.erase(0, size);
    Partitions owned;
    for (std::int32_t p = 0; line >> p;) owned.push_back(p);
    co_return owned;
  }

 private:
  struct Ends {
    int in;
    int out;
  };

  static Ends pipe_ends() {
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    return {ends[0], ends[1]};
  }

  RemoteMember(asio::io_context& io, Ends ends, const KafkaSettings& settings, const std::string& group)
      : in_(io, ends.in), child_([&] { return member_process(settings, group, ends.out); }) {
    ::close(ends.out);
  }

  asio::posix::stream_descriptor in_;
  std::string text_;
  test::ChildProcess child_;
};

/// A member here, and all it was told since it came.
class Member {
 public:
  static asio::awaitable<std::shared_ptr<Member>> join(EventLog& log, std::string group) {
    auto joined = co_await log.join(group, topics());
    if (!joined) throw boost::system::system_error(joined.error());
    auto member = std::make_shared<Member>();
    member->membership_ = std::move(*joined);
    member->told_.push_back(member->owned());
    asio::co_spawn(co_await asio::this_coro::executor, follow(member), asio::detached);
    co_return member;
  }

  const Partitions& owned() const { return membership_->assignment().partitions; }
  const std::vector<Partitions>& told() const { return told_; }
  void leave() { membership_.reset(); }

 private:
  static asio::awaitable<void> follow(std::weak_ptr<Member> weak) {
    for (std::int64_t generation = -1;;) {
      const auto self = weak.lock();
      if (!self || !self->membership_) co_return;
      if (generation >= 0) self->told_.push_back(self->owned());
      generation = self->membership_->assignment().generation;
      auto change = self->membership_->changed(generation);
      try {
        co_await std::move(change);
      } catch (const boost::system::system_error&) {
        co_return;
      }
    }
  }

  std::unique_ptr<Membership> membership_;
  std::vector<Partitions> told_;
};

using Condition = std::function<bool()>;

// Seconds until it holds.
asio::awaitable<double> until(Condition holds, std::chrono::seconds limit) {
  const auto begun = std::chrono::steady_clock::now();
  while (!holds() && std::chrono::steady_clock::now() - begun < limit) co_await sleep(10ms);
  EXPECT_TRUE(holds()) << "not within " << limit.count() << " s";
  co_return seconds_since(begun);
}

bool are_halves(const Partitions& one, const Partitions& other) {
  if (one.size() != other.size()) return false;
  Partitions both = one;
  both.insert(both.end(), other.begin(), other.end());
  std::ranges::sort(both);
  return both == all_of_them();
}

class KafkaGroupTest : public testing::Test {
 protected:
  void SetUp() override {
    if (const std::string reason = test::KafkaBroker::absence(); !reason.empty()) GTEST_SKIP() << reason;
    settings = test::kafka_settings();
  }

  std::unique_ptr<KafkaLog> open() { return test::open_kafka_log(io, settings, two_topics()); }
  void run(asio::awaitable<void> body, std::chrono::seconds limit = 30s) { test::run_coroutine(io, std::move(body), limit); }

  asio::io_context io{1};
  KafkaSettings settings;
};

asio::awaitable<void> shares(EventLog& log, EventLog& other_log) {
  const auto first = co_await Member::join(log, "fold");
  EXPECT_EQ(first->owned(), all_of_them());
  const auto stranger = co_await Member::join(other_log, "another");
  EXPECT_EQ(stranger->owned(), all_of_them());

  auto second = co_await Member::join(other_log, "fold");
  Condition split = [&] { return are_halves(first->owned(), second->owned()); };
  testing::Test::RecordProperty("shared", fmt::format("{:.2f} s", co_await until(split, 10s)));
  for (const Partitions& told : first->told())
    for (const std::int32_t kept : first->owned()) EXPECT_THAT(told, testing::Contains(kept)) << "taken away for a while";
  EXPECT_TRUE(std::ranges::is_sorted(second->owned()));

  second->leave();
  Condition alone = [&] { return first->owned() == all_of_them(); };
  const double taken = co_await until(alone, 10s);
  EXPECT_LT(taken, 2.0);
  testing::Test::RecordProperty("handed_over", fmt::format("{:.2f} s", taken));
  EXPECT_THAT(stranger->told(), ElementsAre(all_of_them())) << "another group's business";
}
TEST_F(KafkaGroupTest, SharesPartitionsWithoutTakingAwayWhatStaysAndTakesOverWhenOneLeaves) {
  const auto log = open();
  const auto other = open();
  run(shares(*log, *other));
}

// The others take over from one who stands still, and he finds out.
asio::awaitable<void> freezes(EventLog& log, RemoteMember& remote) {
  EXPECT_EQ(co_await remote.next(), all_of_them());
  const auto member = co_await Member::join(log, "fold");
  Partitions theirs = co_await remote.next();
  Condition split = [&] { return are_halves(member->owned(), theirs); };
  co_await until(split, 10s);

  remote.signal(SIGSTOP);
  Condition alone = [&] { return member->owned() == all_of_them(); };
  const double taken = co_await until(alone, 20s);
  EXPECT_LT(taken, 10.0);
  testing::Test::RecordProperty("taken_over_from_frozen", fmt::format("{:.2f} s", taken));

  remote.signal(SIGCONT);
  const auto begun = std::chrono::steady_clock::now();
  theirs = co_await remote.next();
  EXPECT_THAT(theirs, IsEmpty());
  EXPECT_LT(seconds_since(begun), 2.0) << "still believed to own";
  theirs = co_await remote.next();
  co_await until(split, 10s);

  remote.signal(SIGKILL);
  const double survived = co_await until(alone, 20s);
  EXPECT_LT(survived, 10.0);
  testing::Test::RecordProperty("taken_over_from_killed", fmt::format("{:.2f} s", survived));
}
TEST_F(KafkaGroupTest, TakesOverFromAFrozenProcessWhichFindsOutAndFromAKilledOne) {
  RemoteMember remote(io, settings, "fold");
  const auto log = open();
  run(freezes(*log, remote), 60s);
}

asio::awaitable<void> outlives_its_limits(EventLog& log) {
  const auto member = co_await Member::join(log, "fold");
  co_await sleep(5'500ms);          // nobody reads, nobody asks
  std::this_thread::sleep_for(3s);  // busy
  co_await sleep(300ms);
  EXPECT_THAT(member->told(), ElementsAre(all_of_them()));
}
TEST_F(KafkaGroupTest, KeepsItsPartitionsWhileTheExecutorIsIdleOrBusy) {
  settings.session_limit = 2'500ms;
  settings.heartbeat = 500ms;
  settings.member_stall = 5s;
  const auto log = open();
  run(outlives_its_limits(*log));
}

asio::awaitable<void> comes_back(EventLog& log, EventLog& other_log, test::KafkaBroker& broker) {
  const auto first = co_await Member::join(log, "fold");
  const auto second = co_await Member::join(other_log, "fold");
  Condition split = [&] { return are_halves(first->owned(), second->owned()); };
  co_await until(split, 10s);
  broker.kill();
  broker.start();
  broker.wait_until_ready();
  co_await sleep(1s);
  testing::Test::RecordProperty("back", fmt::format("{:.2f} s", co_await until(split, 30s)));
  // Of this the brokers know.
  auto third = co_await Member::join(log, "fold");
  Condition shared = [&] {
    return first->owned().size() + second->owned().size() + third->owned().size() == partitions && !third->owned().empty();
  };
  co_await until(shared, 20s);
}
TEST_F(KafkaGroupTest, ComesBackWhenTheBrokerIsKilled) {
  const auto log = open();
  const auto other = open();
  run(comes_back(*log, *other, test::KafkaBroker::shared()), 90s);
}

// From now on only `user` may be in the group.
void reserve_group(const KafkaSettings& settings, const std::string& group, const std::string& user) {
  const kafka::Client client = kafka::make_client(RD_KAFKA_PRODUCER, settings, RD_KAFKA_EVENT_ERROR, {});
  rd_kafka_AclBinding_t* rule =
      rd_kafka_AclBinding_new(RD_KAFKA_RESOURCE_GROUP, (settings.topic_prefix + group).c_str(), RD_KAFKA_RESOURCE_PATTERN_LITERAL,
                              ("User:" + user).c_str(), "*", RD_KAFKA_ACL_OPERATION_ALL, RD_KAFKA_ACL_PERMISSION_TYPE_ALLOW, nullptr, 0);
  const kafka::Queue queue(rd_kafka_queue_new(client.get()));
  rd_kafka_CreateAcls(client.get(), &rule, 1, nullptr, queue.get());
  rd_kafka_AclBinding_destroy(rule);
  const kafka::Event event(rd_kafka_queue_poll(queue.get(), 10'000));
  ASSERT_TRUE(event && !rd_kafka_event_error(event.get()));
}

asio::awaitable<void> is_refused(EventLog& log) {
  const auto begun = std::chrono::steady_clock::now();
  const auto refused = co_await log.join("closed", topics());
  EXPECT_EQ(refused.has_error() ? refused.error() : boost::system::error_code(), kafka::Error::forbidden);
  EXPECT_LT(seconds_since(begun), 8.0) << "before the limit of a request";
  EXPECT_TRUE(co_await log.join("open", topics()));
}
TEST_F(KafkaGroupTest, SaysWhenTheUserMayNotBeInTheGroup) {
  open();
  reserve_group(settings, "closed", "zhida");
  settings.brokers = test::KafkaBroker::shared().secured();
  settings.security = "sasl_plaintext";
  settings.sasl_mechanism = "PLAIN";
  settings.username = "guest";
  settings.password = "secret";
  std::vector<std::string> sentences;
  KafkaLog log(io.get_executor(), settings, two_topics(), [&](std::string_view sentence) { sentences.emplace_back(sentence); });
  run(is_refused(log));
  EXPECT_THAT(sentences, testing::Contains(testing::AllOf(testing::HasSubstr("closed"), testing::HasSubstr("uthoriz"))));
}

asio::awaitable<void> ends_with_the_log(std::unique_ptr<KafkaLog>& log) {
  const auto joined = co_await log->join("fold", topics());
  const auto& member = *joined;
  const std::int64_t generation = member->assignment().generation;
  log.reset();
  EXPECT_THAT(member->assignment().partitions, IsEmpty());
  auto change = member->changed(member->assignment().generation);
  EXPECT_NE(member->assignment().generation, generation);
  boost::system::error_code error;
  try {
    co_await std::move(change);
  } catch (const boost::system::system_error& caught) {
    error = caught.code();
  }
  EXPECT_EQ(error, asio::error::operation_aborted);
}
TEST_F(KafkaGroupTest, EndsWithItsLog) {
  auto log = open();
  run(ends_with_the_log(log));
}

// Between joining and the first assignment librdkafka 2.0.2 does not like to be ended.
asio::awaitable<void> gives_up_joining(EventLog& log, std::chrono::milliseconds after) {
  using Joined = boost::system::result<std::unique_ptr<Membership>>;
  asio::cancellation_signal stop;
  bool ended = false;
  const auto begin = [&]() -> asio::awaitable<void> { Joined joined = co_await log.join("fold", topics()); };
  const auto executor = co_await asio::this_coro::executor;
  asio::co_spawn(executor, begin, asio::bind_cancellation_slot(stop.slot(), [&](std::exception_ptr) { ended = true; }));
  co_await sleep(after);
  stop.emit(asio::cancellation_type::terminal);
  Condition over = [&] { return ended; };
  co_await until(over, 1s);
}
TEST_F(KafkaGroupTest, MayBeLeftAtAnyMomentOfJoining) {
  for (int ms = 0; ms < 60; ms += 6) {
    const auto log = open();
    run(gives_up_joining(*log, std::chrono::milliseconds(ms)));
  }
}

}  // namespace
}  // namespace zhida::log
