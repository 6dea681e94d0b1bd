#include "stores/fold_fixture.hpp"

#include "stores/deliveries/keys.hpp"
#include "support/redis_cluster.hpp"

#include <random>
#include <string>
#include <vector>

namespace zhida::test {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr auto patience = 180s;

/// Made before the log and the folds.
struct EightPartitionsOverThreeMasters {
  EightPartitionsOverThreeMasters() { world_partitions = 8; }
  ~EightPartitionsOverThreeMasters() { world_partitions = two; }

  const int two = world_partitions;
  RedisCluster cluster;
};

class ClusterFoldTest : private EightPartitionsOverThreeMasters, public FoldTest {
 protected:
  ClusterFoldTest() : FoldTest(cluster.setting()) {}

  using EightPartitionsOverThreeMasters::cluster;

  static redis::Slot slot_of_partition(int partition) { return redis::slot_of(stores::meta_key("deliveries", partition)); }

  asio::awaitable<void> append_in_slices(std::mt19937& random, std::size_t enterprises, std::size_t count) {
    std::vector<log::NewRecord> history = random_history(random, enterprises, 4);
    const std::size_t all = history.size();
    std::vector<std::vector<log::NewRecord>> slices(count);
    for (std::size_t i = 0; i < all; ++i) slices[i * count / all].push_back(std::move(history[i]));
    for (auto& slice : slices) {
      co_await append(std::move(slice));
      co_await sleep(2ms);
    }
  }
};

TEST_F(ClusterFoldTest, FoldsEightPartitionsOverThreeMasters) {
  auto body = [&]() -> asio::awaitable<void> {
    std::mt19937 random(11);
    auto folders = start(writer);
    co_await append_in_slices(random, 200, 10);
    co_await catch_up();
    co_await expect_exact();
    for (std::size_t i = 0; i < 3; ++i) EXPECT_NE(cluster.ask(i, {"DBSIZE"}), "0") << "server " << i << " has nothing to do";
    const auto rebuilt = co_await folders->runners.at(0)->rebuild();
    EXPECT_TRUE(rebuilt && rebuilt->keys > 0 && rebuilt->different == 0) << "SCAN sees the partition's keys";
    co_await expect_exact();
    co_await folders->kill();
  };
  run_coroutine(io, body(), patience);
}

TEST_F(ClusterFoldTest, StaysExactWhileASlotMovesToAnotherMaster) {
  auto body = [&]() -> asio::awaitable<void> {
    std::mt19937 random(12);
    auto folders = start(writer);
    co_await append_in_slices(random, 100, 10);
    co_await catch_up();
    const redis::Slot slot = slot_of_partition(0);
    const std::size_t from = RedisCluster::first_owner(slot), to = (from + 1) % 3;
    cluster.begin_move(slot, from, to);
    bool more = true;
    while (more) {
      more = cluster.move_keys(slot, from, to, 3);
      co_await append_in_slices(random, 6, 2);
    }
    cluster.end_move(slot, to);
    co_await append_in_slices(random, 60, 5);
    co_await catch_up();
    co_await expect_exact();
    EXPECT_NE(cluster.ask(to, {"CLUSTER", "COUNTKEYSINSLOT", std::to_string(slot)}), "0");
    co_await folders->kill();
  };
  run_coroutine(io, body(), patience);
}

TEST_F(ClusterFoldTest, HealsWhenAMasterWasKilledAndCameBackEmpty) {
  auto body = [&]() -> asio::awaitable<void> {
    std::mt19937 random(13);
    auto folders = start(writer);
    co_await append_in_slices(random, 100, 10);
    co_await catch_up();
    const std::size_t lost = RedisCluster::first_owner(slot_of_partition(0));
    int elsewhere = 1;
    while (RedisCluster::first_owner(slot_of_partition(elsewhere)) == lost) ++elsewhere;
    cluster.server(lost).stop();
    co_await append_in_slices(random, 50, 5);
    const auto gone = co_await reader.totals(0, 0);
    EXPECT_EQ(gone.error(), stores::Error::unavailable);
    const auto there = co_await reader.totals(elsewhere, 0);
    EXPECT_TRUE(there.has_value()) << "the other masters serve on";
    cluster.server(lost).start();
    for (int attempt = 0; attempt < 10'000; ++attempt) {
      const auto healed = co_await reader.totals(0, 0);
      if (healed) break;
      EXPECT_EQ(healed.error(), stores::Error::unavailable) << "never a wrong number";
      co_await sleep(10ms);
    }
    co_await catch_up();
    co_await expect_exact();
    co_await folders->kill();
  };
  run_coroutine(io, body(), patience);
}

/// As schemas/redis.md lists them.
const std::vector<std::string> acl_rules = {"on",       ">secret",      "resetkeys", "~zhida:*",       "-@all",   "+ping", "+hget",
                                            "+hmget",   "+hgetall",     "+hkeys",    "+hlen",          "+hset",   "+hdel", "+exists",
                                            "+type",    "+del",         "+unlink",   "+scan",          "+multi",  "+exec", "+eval",
                                            "+evalsha", "+script|load", "+time",     "+cluster|slots", "+asking", "+get",  "+set"};

class RestrictedUserTest : public FoldTest {
 protected:
  /// A client as the user with these rules.
  asio::awaitable<std::unique_ptr<redis::Client>> client_with(std::vector<std::string> rules) {
    co_await writer.wait_until_connected();
    redis::Commands make;
    make.begin("ACL", 2 + rules.size()).arg("SETUSER").arg("zhida");
    for (const std::string& rule : rules) make.arg(rule);
    const auto made = co_await writer.pipeline(std::move(make));
    EXPECT_EQ(made->front().text, "OK");
    redis::Address as = address();
    as.user = "zhida";
    as.password = "secret";
    redis::Servers where(as);
    co_return redis::connect(io.get_executor(), std::move(where));
  }
};

TEST_F(RestrictedUserTest, CanFoldAndReadWithTheDocumentedRules) {
  std::unique_ptr<redis::Client> client;
  auto body = [&]() -> asio::awaitable<void> {
    std::mt19937 random(14);
    client = co_await client_with(acl_rules);
    tasks.spawn(client->run());
    co_await client->wait_until_connected();
    auto folders = start(*client);
    co_await append(random_history(random, 100, 4));
    co_await catch_up();
    co_await expect_exact();
    const auto rebuilt = co_await folders->runners.at(0)->rebuild();
    EXPECT_TRUE(rebuilt && rebuilt->keys > 0 && rebuilt->different == 0);
    co_await expect_keys("zhida:{0}:deliveries:*:h", 1);  // the old generation is swept away
    stores::Progress seen(io.get_executor());
    stores::DeliveriesReader restricted(*client, fold, world_partitions, seen);
    const auto campaigns = co_await restricted.campaigns();
    EXPECT_TRUE(campaigns && !campaigns->empty());
    const auto cells = co_await restricted.cells(1, 0, UINT32_MAX);
    EXPECT_TRUE(cells.has_value());
    const auto set = co_await client->command("SET", "zhida:verify:v1", "running {}", "NX", "PX", "60000");
    EXPECT_EQ(set->text, "OK");
    const auto kept = co_await client->command("GET", "zhida:verify:v1");
    EXPECT_EQ(kept->text, "running {}");
    const auto foreign = co_await client->command("HGET", "others", "f");
    EXPECT_TRUE(foreign->is_error("NOPERM"));
    co_await folders->kill();
    tasks.stop(asio::cancellation_type::terminal);
    co_await tasks.join();
  };
  run_coroutine(io, body(), patience);
}

}  // namespace
}  // namespace zhida::test
