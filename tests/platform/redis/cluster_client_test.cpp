#include "platform/redis/cluster_client.hpp"

#include "platform/redis/connect.hpp"
#include "platform/runtime/task_group.hpp"
#include "support/redis_cluster.hpp"
#include "support/run_coroutine.hpp"

#include <gmock/gmock.h>
#include <boost/asio/error.hpp>

#include <memory>
#include <set>
#include <string>
#include <vector>

namespace zhida::redis {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

/// Its tag is in the first, second or last third of the slots.
const std::string first_key = "zhida:{bar}:k", second_key = "zhida:{1}:k", third_key = "zhida:{0}:k";

class RedisClusterTest : public testing::Test {
 protected:
  explicit RedisClusterTest(bool with_replica = false) : cluster(with_replica) {}

  void run(asio::awaitable<void> body) {
    auto all = [](RedisClusterTest& test, asio::awaitable<void> inner) -> asio::awaitable<void> {
      test.background.spawn(test.redis->run());
      co_await test.redis->wait_until_connected();
      co_await std::move(inner);
      test.background.stop(asio::cancellation_type::terminal);
      co_await test.background.join();
    };
    test::run_coroutine(io, all(*this, std::move(body)), 60s);
  }
  asio::awaitable<void> sleep(std::chrono::milliseconds time) {
    asio::steady_timer timer(io, time);
    co_await timer.async_wait(asio::use_awaitable);
  }

  asio::io_context io{1};
  test::RedisCluster cluster;
  std::vector<std::string> told;
  std::unique_ptr<Client> redis = connect(io.get_executor(), cluster.setting(), [this](bool up, std::string_view reason) {
    told.push_back((up ? "up: " : "down: ") + std::string(reason));
  });
  runtime::TaskGroup background{io.get_executor(), [](std::string_view reason) { ADD_FAILURE() << reason; }};
};

TEST_F(RedisClusterTest, SendsEachCommandToItsServerAndKeepsTheOrderOfReplies) {
  auto body = [&]() -> asio::awaitable<void> {
    EXPECT_EQ(redis->connections(), 4U) << "three masters, and the map that was found";
    Commands commands;
    for (int i = 0; i < 300; ++i) {
      const std::string key = "zhida:{" + std::to_string(i % 20) + "}:" + std::to_string(i);
      commands.add("SET", key, std::to_string(i)).add("GET", key);
    }
    commands.add("PING");
    const auto replies = co_await redis->pipeline(std::move(commands));
    EXPECT_EQ(replies->size(), 601U);
    for (std::size_t i = 0; i < 300; ++i) EXPECT_EQ((*replies)[2 * i + 1].text, std::to_string(i));
    EXPECT_EQ(replies->back().text, "PONG");
    for (std::size_t i = 0; i < 3; ++i) EXPECT_NE(cluster.ask(i, {"DBSIZE"}), "0") << "server " << i;
    Commands none;
    EXPECT_TRUE((co_await redis->pipeline(std::move(none)))->empty());
    const auto crossed = co_await redis->command("MGET", first_key, second_key);
    EXPECT_TRUE(crossed->is_error("CROSSSLOT")) << "what is wrong of itself is a reply";
  };
  run(body());
}

TEST_F(RedisClusterTest, ScansTheServerOfTheTag) {
  auto body = [&]() -> asio::awaitable<void> {
    for (const std::string& key : {first_key, second_key, third_key}) {
      const auto set = co_await redis->command("SET", key, "v");
      EXPECT_EQ(set->text, "OK");
      const std::string pattern = "zhida:\\{" + std::string(hash_tag(key)) + "\\}:*";
      const auto page = co_await redis->command("SCAN", "0", "MATCH", pattern, "COUNT", "100");
      EXPECT_EQ(page->items.at(1).items.at(0).text, key);
    }
  };
  run(body());
}

TEST_F(RedisClusterTest, RunsScriptsAndTransactionsOnEveryServer) {
  auto body = [&]() -> asio::awaitable<void> {
    const Script script("return redis.call('INCR', KEYS[1])");
    const auto loaded = co_await redis->load(script);
    EXPECT_EQ(loaded->text, script.sha());
    for (const std::string& key : {first_key, second_key, third_key}) {
      const std::string_view keys[] = {key};
      Commands commands;
      commands.evaluate(script, keys, {}).add("MULTI").add("GET", key).add("GET", key + "2").add("EXEC").add("GET", key);
      const auto replies = co_await redis->pipeline(std::move(commands));
      EXPECT_EQ(replies->at(0).integer, 1);
      EXPECT_EQ(replies->at(4).items.at(0).text, "1");
      EXPECT_EQ(replies->at(5).text, "1");
      EXPECT_EQ((co_await redis->command("SCRIPT", "FLUSH"))->text, "OK");
      const std::vector<std::string> names{key};
      EXPECT_EQ((co_await redis->evaluate(script, names, {}))->integer, 2);
      EXPECT_EQ((co_await redis->load(script))->text, script.sha());
    }
  };
  run(body());
}

TEST_F(RedisClusterTest, FollowsASlotThatMoves) {
  auto body = [&]() -> asio::awaitable<void> {
    const Slot slot = slot_of(third_key);
    const std::uint64_t before = redis->connections();
    for (int i = 0; i < 20; ++i) EXPECT_EQ((co_await redis->command("SET", third_key + std::to_string(i), std::to_string(i)))->text, "OK");
    cluster.begin_move(slot, 2, 0);
    cluster.move_keys(slot, 2, 0, 10);
    Commands reads;
    for (int i = 0; i < 20; ++i) reads.add("GET", third_key + std::to_string(i));
    reads.add("GET", third_key + "none");
    const auto halfway = co_await redis->pipeline(std::move(reads));
    for (std::size_t i = 0; i < 20; ++i) EXPECT_EQ(halfway->at(i).text, std::to_string(i)) << "ASK";
    EXPECT_TRUE(halfway->at(20).is_nil());
    EXPECT_EQ((co_await redis->command("INCR", third_key + "n"))->integer, 1);

    Commands several;
    several.add("MULTI");
    for (int i = 0; i < 20; ++i) several.add("GET", third_key + std::to_string(i));
    several.add("EXEC");
    const auto torn = co_await redis->pipeline(std::move(several));
    EXPECT_EQ(torn.error(), asio::error::not_connected) << "TRYAGAIN until patience ends";

    while (cluster.move_keys(slot, 2, 0, 10)) {
    }
    cluster.end_move(slot, 0);
    EXPECT_EQ((co_await redis->command("INCR", third_key + "n"))->integer, 2) << "MOVED";
    EXPECT_EQ((co_await redis->command("GET", third_key + "7"))->text, "7");
    EXPECT_GT(redis->connections(), before) << "another server";
  };
  run(body());
}

TEST_F(RedisClusterTest, ServesTheRestWhileAServerIsGone) {
  auto body = [&]() -> asio::awaitable<void> {
    EXPECT_EQ((co_await redis->command("SET", second_key, "v"))->text, "OK");
    const std::uint64_t before = redis->connections();
    cluster.server(1).stop();
    co_await sleep(50ms);
    EXPECT_FALSE(redis->connected());
    EXPECT_EQ((co_await redis->command("GET", second_key)).error(), asio::error::not_connected);
    EXPECT_TRUE((co_await redis->command("GET", first_key))->is_nil());
    cluster.server(1).start();
    co_await redis->wait_until_connected();
    for (;;) {
      const auto read = co_await redis->command("GET", second_key);
      if (read) {
        EXPECT_TRUE(read->is_nil());
        break;
      }
      co_await sleep(20ms);
    }
    EXPECT_GT(redis->connections(), before);
    EXPECT_THAT(told, testing::Contains(testing::HasSubstr("Connection refused")));
  };
  run(body());
}

class RedisClusterWithReplicaTest : public RedisClusterTest {
 protected:
  RedisClusterWithReplicaTest() : RedisClusterTest(true) {}
};

TEST_F(RedisClusterWithReplicaTest, GoesToTheReplicaThatBecameMaster) {
  auto body = [&]() -> asio::awaitable<void> {
    EXPECT_EQ((co_await redis->command("SET", first_key, "v"))->text, "OK");
    while (cluster.ask(3, {"DBSIZE"}) != "1") co_await sleep(10ms);
    cluster.server(0).stop();
    cluster.ask(3, {"CLUSTER", "FAILOVER", "TAKEOVER"});
    co_await redis->wait_until_connected();
    for (int attempt = 0; attempt < 500; ++attempt) {
      const auto read = co_await redis->command("GET", first_key);
      if (read) {
        EXPECT_EQ(read->text, "v");
        co_return;
      }
      co_await sleep(20ms);
    }
    ADD_FAILURE() << "the new master was not found";
  };
  run(body());
}

TEST(RedisClusterSetting, ThatNamesALoneServerIsReported) {
  asio::io_context io{1};
  const test::RedisServer lone;
  Address address;
  address.host = "127.0.0.1";
  address.port = lone.port();
  std::vector<std::string> told;
  ClusterClient redis(io.get_executor(), {address}, [&](bool, std::string_view reason) { told.emplace_back(reason); });
  runtime::TaskGroup background{io.get_executor(), [](std::string_view reason) { ADD_FAILURE() << reason; }};
  auto body = [&]() -> asio::awaitable<void> {
    background.spawn(redis.run());
    asio::steady_timer timer(io, 200ms);
    co_await timer.async_wait(asio::use_awaitable);
    EXPECT_THAT(told, testing::Contains(testing::HasSubstr("knows no cluster: ERR This instance has cluster support disabled")));
    EXPECT_EQ((co_await redis.command("GET", "k")).error(), asio::error::not_connected);
    background.stop(asio::cancellation_type::terminal);
    co_await background.join();
  };
  test::run_coroutine(io, body());
}

}  // namespace
}  // namespace zhida::redis
