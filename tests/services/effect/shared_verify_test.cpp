#include "services/effect/effect_world.hpp"

#include <algorithm>
#include <random>

namespace zhida::effect_service {
namespace {

/// Another process of the service, over the same log and the same Redis.
class OtherProcess {
 public:
  OtherProcess(const Dependencies& with, redis::Address address, const auth::KeyRing& keys, Settings settings)
      : redis_(with.executor, std::move(address)),
        connection_(with.executor, [](std::string_view reason) { ADD_FAILURE() << reason; }),
        service_({with.executor, with.log, redis_, with.fold, with.progress, with.deliveries, with.catalog, with.profiles, with.reference,
                  with.pool, with.journal, metrics_, with.now},
                 settings),
        tasks_(with.executor, [](std::string_view reason) { ADD_FAILURE() << reason; }) {
    service_.add_routes(router_);
    connection_.spawn(redis_.run());
    tasks_.spawn(service_.run_verifier());
    tasks_.spawn(service_.run_sharing());
    auto acceptor = http::listen(with.executor, "127.0.0.1", 0);
    port = acceptor.local_endpoint().port();
    http::ServerOptions options;
    options.authorise = http::bearer_keys(keys);
    tasks_.spawn(http::serve(std::move(acceptor), router_, options, tasks_));
  }

  asio::awaitable<void> wait_until_connected() { return redis_.wait_until_connected(); }
  /// In order: what runs is finished.
  asio::awaitable<void> stop() {
    co_await runtime::drain(tasks_, 5s);
    co_await cut_off();
  }
  /// As a kill -9 does it.
  asio::awaitable<void> cut_off() {
    co_await runtime::drain(connection_, 0ms);
    co_await runtime::drain(tasks_, 0ms);
  }

  std::uint16_t port = 0;

 private:
  observe::Metrics metrics_;
  redis::ServerClient redis_;
  runtime::TaskGroup connection_;
  Service service_;
  http::Router router_;
  runtime::TaskGroup tasks_;
};

/// Requests do not wait for their comparison. Until deliveries are folded a comparison runs and runs.
class SharedVerifyTest : public EffectTest {
 protected:
  Settings settings() const override {
    Settings one;
    one.one_of_many = true;
    one.verify_patience = 0ms;
    one.nightly = std::nullopt;
    return one;
  }

  void run_with_another(std::function<asio::awaitable<void>()> body) {
    run(
        [](SharedVerifyTest& test, std::function<asio::awaitable<void>()> inner) -> asio::awaitable<void> {
          co_await test.ask(http::Verb::get, "/effect/v1/verify/v0", "auditor");  // begins to serve
          const Dependencies with{test.io.get_executor(),
                                  test.log,
                                  test.reader_client,
                                  test.fold,
                                  test.progress,
                                  test.deliveries,
                                  test.catalog,
                                  test.profiles,
                                  test.reference,
                                  test.pool.get_executor(),
                                  test.journal,
                                  test.metrics,
                                  [&test] { return test.now; }};
          test.other = std::make_unique<OtherProcess>(with, test.address(), test.keys, test.settings());
          co_await test.other->wait_until_connected();
          co_await test.reader_client.wait_until_connected();
          co_await inner();
          co_await test.other->cut_off();
        }(*this, std::move(body)),
        60s);
  }

  asio::awaitable<Answer> begin_at(std::uint16_t at, std::string idempotency_key = "") {
    return ask_at(at, http::Verb::post, "/effect/v1/verify", "auditor", "", std::move(idempotency_key));
  }
  asio::awaitable<Answer> get_at(std::uint16_t at, std::string target) { return ask_at(at, http::Verb::get, std::move(target), "auditor"); }
  /// Asks until the answer has this status.
  asio::awaitable<Answer> get_at_until(std::uint16_t at, std::string target, int status) {
    Answer answer;
    for (int i = 0; i < 1'000 && answer.status != status; ++i) {
      if (i != 0) co_await sleep(10ms);
      answer = co_await get_at(at, target);
    }
    EXPECT_EQ(answer.status, status) << answer.body;
    co_return answer;
  }
  asio::awaitable<void> fold_something() {
    std::mt19937 random(1);
    auto past = random_past(random, 60, 3);
    co_await append(std::move(past));
    start_folding();
    co_await catch_up();
  }
  static std::string location_of(const Answer& answer) { return std::string(answer.headers.get("Location")); }
  static std::string key_of_job(const Answer& answer) { return "zhida:verify:" + std::string(answer.json["id"].GetString()); }
  asio::awaitable<std::chrono::milliseconds> time_to_live(std::string key) {
    const auto reply = co_await writer.command("PTTL", key);
    co_return std::chrono::milliseconds(reply->integer);
  }

  std::unique_ptr<OtherProcess> other;
};

TEST_F(SharedVerifyTest, AJobOfOneProcessIsAnsweredByTheOther) {
  run_with_another([this]() -> asio::awaitable<void> {
    const Answer begun = co_await begin_at(other->port);
    EXPECT_EQ(begun.status, 202) << begun.body;
    const Answer running = co_await get_at(port, location_of(begun));
    EXPECT_EQ(running.status, 202) << running.body;
    EXPECT_EQ(running.body, begun.body);
    EXPECT_EQ(location_of(running), location_of(begun));
    EXPECT_EQ(running.headers.get("Retry-After"), "1");
    co_await fold_something();
    const Answer here = co_await get_at_until(port, location_of(begun), 200);
    EXPECT_TRUE(here.json["equal"].GetBool()) << here.body;
    EXPECT_GT(here.json["facts"].GetInt(), 0);
    EXPECT_EQ(location_of(here), location_of(begun));
    const Answer there = co_await get_at(other->port, location_of(begun));
    EXPECT_EQ(there.body, here.body);
    const Answer unknown = co_await get_at(port, "/effect/v1/verify/v0000000000000000");
    EXPECT_EQ(unknown.status, 404) << unknown.body;
  });
}

TEST_F(SharedVerifyTest, ARepeatedRequestFindsItsJobInTheOtherProcess) {
  run_with_another([this]() -> asio::awaitable<void> {
    const Answer begun = co_await begin_at(other->port, "monday");
    EXPECT_EQ(begun.status, 202) << begun.body;
    const Answer repeated = co_await begin_at(port, "monday");
    EXPECT_EQ(repeated.status, 409) << repeated.body;
    // What was refused because something else ran is still to be asked for.
    const Answer refused = co_await begin_at(other->port, "tuesday");
    EXPECT_EQ(refused.status, 409) << refused.body;
    const Answer another = co_await begin_at(port, "tuesday");
    EXPECT_EQ(another.status, 202) << another.body;
    co_await fold_something();
    const Answer done = co_await get_at_until(port, location_of(begun), 200);
    const Answer replayed = co_await begin_at(port, "monday");
    EXPECT_EQ(replayed.status, 200) << replayed.body;
    EXPECT_EQ(replayed.body, done.body);
    EXPECT_EQ(replayed.headers.get("Idempotency-Replayed"), "true");
  });
}

TEST_F(SharedVerifyTest, WithoutRedisOnlyItsOwnProcessKnowsAJob) {
  run_with_another([this]() -> asio::awaitable<void> {
    co_await fold_something();
    const Answer begun = co_await begin_at(other->port);
    const Answer done = co_await get_at_until(port, location_of(begun), 200);
    server.stop();
    const Answer own = co_await get_at(other->port, location_of(begun));
    EXPECT_EQ(own.body, done.body);
    const Answer foreign = co_await get_at(port, location_of(begun));
    EXPECT_EQ(foreign.status, 503) << foreign.body;
    EXPECT_FALSE(foreign.headers.get("Retry-After").empty());
    const Answer second = co_await begin_at(other->port, "while Redis is away");
    EXPECT_EQ(second.status, 202) << second.body;
    const Answer running = co_await get_at(other->port, location_of(second));
    EXPECT_EQ(running.status, 202) << running.body;
    server.start();
    // It is empty: what was known is told again.
    const Answer again = co_await get_at_until(port, location_of(begun), 200);
    EXPECT_EQ(again.body, done.body);
    const Answer healed = co_await get_at_until(port, location_of(second), 200);
    EXPECT_TRUE(healed.json["equal"].GetBool()) << healed.body;
  });
}

TEST_F(SharedVerifyTest, ASilentRedisIsNotWaitedFor) {
  run_with_another([this]() -> asio::awaitable<void> {
    server.hang();
    const auto began = std::chrono::steady_clock::now();
    const Answer foreign = co_await get_at(port, "/effect/v1/verify/v0000000000000000");
    server.go_on();
    EXPECT_EQ(foreign.status, 503) << foreign.body;
    EXPECT_LT(std::chrono::steady_clock::now() - began, 3s);
  });
}

TEST_F(SharedVerifyTest, AJobWhoseProcessDiedIsUnknownOnceItsTimeIsOver) {
  run_with_another([this]() -> asio::awaitable<void> {
    const Answer begun = co_await begin_at(other->port);
    co_await writer.command("FLUSHALL");
    co_await get_at_until(port, location_of(begun), 202);  // its process still tells
    co_await other->cut_off();
    const Answer running = co_await get_at(port, location_of(begun));
    EXPECT_EQ(running.status, 202) << running.body;
    const auto left = co_await time_to_live(key_of_job(begun));
    EXPECT_GT(left, 50s);
    EXPECT_LE(left, 60s);
    co_await writer.command("PEXPIRE", key_of_job(begun), "1");
    co_await sleep(20ms);
    const Answer over = co_await get_at(port, location_of(begun));
    EXPECT_EQ(over.status, 404) << over.body;
  });
}

TEST_F(SharedVerifyTest, TheOtherTellsThatAStopEndedAJob) {
  run_with_another([this]() -> asio::awaitable<void> {
    const Answer begun = co_await begin_at(other->port);
    co_await other->stop();
    const Answer failed = co_await get_at(port, location_of(begun));
    EXPECT_EQ(failed.status, 503) << failed.body;
    EXPECT_NE(failed.body.find("could not be compared: partition 0"), std::string::npos) << failed.body;
    EXPECT_FALSE(failed.headers.get("Retry-After").empty());
  });
}

TEST_F(SharedVerifyTest, TheLastSixteenAreKeptForADay) {
  run_with_another([this]() -> asio::awaitable<void> {
    co_await fold_something();
    Answer last;
    for (int i = 0; i < 18; ++i) {
      last = co_await begin_at(other->port, "request " + std::to_string(i));
      if (last.status == 202) last = co_await get_at_until(other->port, location_of(last), 200);
    }
    std::size_t kept = 0;
    for (int i = 0; i < 500 && kept != 32; ++i) {
      co_await sleep(10ms);
      const auto found = co_await writer.command("KEYS", "zhida:verify:*");
      kept = found->items.size();
    }
    EXPECT_EQ(kept, 32U) << "sixteen, and as many requests";
    const auto left = co_await time_to_live(key_of_job(last));
    EXPECT_GT(left, 23h);
    EXPECT_LE(left, 24h);
  });
}

}  // namespace
}  // namespace zhida::effect_service
