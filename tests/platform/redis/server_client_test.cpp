#include "platform/redis/server_client.hpp"

#include "platform/runtime/task_group.hpp"
#include "platform/runtime/timeout.hpp"
#include "support/redis_server.hpp"
#include "support/run_coroutine.hpp"

#include <gmock/gmock.h>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include <memory>
#include <vector>

namespace zhida::redis {
namespace {

namespace asio = boost::asio;
using boost::system::result;
using namespace std::chrono_literals;

Address on_loopback(std::uint16_t port) {
  Address address;
  address.host = "127.0.0.1";
  address.port = port;
  return address;
}

class RedisClientTest : public testing::Test {
 protected:
  /// Runs `body` with the client's `run()` beside it.
  void run(asio::awaitable<void> body) {
    auto all = [](RedisClientTest& test, asio::awaitable<void> inner) -> asio::awaitable<void> {
      test.background.spawn(test.redis->run());
      co_await test.redis->wait_until_connected();
      co_await std::move(inner);
      test.background.stop(asio::cancellation_type::terminal);
      co_await test.background.join();
    };
    test::run_coroutine(io, all(*this, std::move(body)));
  }

  asio::io_context io{1};
  test::RedisServer server;
  std::vector<std::string> told;
  std::unique_ptr<Client> redis = std::make_unique<ServerClient>(
      io.get_executor(), on_loopback(server.port()),
      [this](bool up, std::string_view reason) { told.push_back((up ? "up: " : "down: ") + std::string(reason)); });
  runtime::TaskGroup background{io.get_executor(), [](std::string_view reason) { ADD_FAILURE() << reason; }};
};

asio::awaitable<void> answers(Client& redis) {
  const std::string value("v\0\r\n", 4);
  EXPECT_EQ((co_await redis.command("SET", "key", value)).value().text, "OK");
  EXPECT_EQ((co_await redis.command("GET", "key")).value().text, value);
  EXPECT_TRUE((co_await redis.command("GET", "absent")).value().is_nil());
  EXPECT_EQ((co_await redis.command("INCR", "n")).value().integer, 1);
  const Reply several = (co_await redis.command("MGET", "key", "absent", "n")).value();
  EXPECT_EQ(several.items.size(), 3U);
  EXPECT_EQ(several.items[0].text, value);
  EXPECT_TRUE(several.items[1].is_nil());
  EXPECT_EQ(several.items[2].text, "1");
  EXPECT_TRUE((co_await redis.command("NO_SUCH")).value().is_error("ERR"));
  const Reply nested = (co_await redis.command("EVAL", "return {1, {'a', {}, {2, 'b'}}, {ok='fine'}}", "0")).value();
  EXPECT_EQ(nested.items[1].items[0].text, "a");
  EXPECT_EQ(nested.items[1].items[1].kind, Reply::Kind::array);
  EXPECT_EQ(nested.items[1].items[2].items[1].text, "b");
  EXPECT_EQ(nested.items[2].text, "fine");
  EXPECT_EQ((co_await redis.command("GET", "key")).value().text, value);
}
TEST_F(RedisClientTest, AnswersCommands) { run(answers(*redis)); }

asio::awaitable<void> pipelines(Client& redis) {
  constexpr std::size_t count = 10'000;
  const std::string value(200, 'x');
  Commands writes;
  for (std::size_t i = 0; i < count; ++i) writes.add("HSET", "h" + std::to_string(i % 100), std::to_string(i), value);
  const auto written = co_await redis.pipeline(std::move(writes));
  EXPECT_EQ(written->size(), count);
  Commands reads;
  for (std::size_t i = 0; i < count; ++i) reads.add("INCR", "counter");
  reads.begin("HMGET", 101).arg("h7");
  for (std::size_t i = 0; i < 100; ++i) reads.arg(std::to_string(100 * i + 7));
  const auto replies = co_await redis.pipeline(std::move(reads));
  EXPECT_EQ(replies->size(), count + 1);
  for (std::size_t i = 0; i < count; ++i)
    if ((*replies)[i].integer != static_cast<std::int64_t>(i + 1)) ADD_FAILURE() << "reply " << i << " out of order";
  for (const Reply& each : replies->back().items) EXPECT_EQ(each.text, value);
  Commands none;
  EXPECT_TRUE((co_await redis.pipeline(std::move(none)))->empty());
}
TEST_F(RedisClientTest, AnswersAPipelineOfTenThousandInOrder) { run(pipelines(*redis)); }

asio::awaitable<void> runs_scripts(Client& redis) {
  const Script script("return {KEYS[1], ARGV[1], redis.call('INCR', KEYS[1])}");
  const std::vector<std::string> keys = {"k"};
  const std::vector<std::string> arguments = {"a"};
  EXPECT_EQ((co_await redis.evaluate(script, keys, arguments)).value().items[2].integer, 1);
  EXPECT_EQ((co_await redis.evaluate(script, keys, arguments)).value().items[1].text, "a");
  EXPECT_EQ((co_await redis.command("SCRIPT", "FLUSH")).value().text, "OK");
  const std::string_view key[] = {"k"};
  const std::string_view argument[] = {"a"};
  Commands forgotten;
  forgotten.evaluate(script, key, argument);
  EXPECT_TRUE((co_await redis.pipeline(std::move(forgotten)))->front().is_error("NOSCRIPT"));
  EXPECT_EQ((co_await redis.load(script)).value().text, script.sha());
  Commands known;
  known.evaluate(script, key, argument).evaluate(script, key, argument);
  EXPECT_EQ((co_await redis.pipeline(std::move(known)))->back().items[2].integer, 4);
  EXPECT_EQ((co_await redis.command("SCRIPT", "FLUSH")).value().text, "OK");
  EXPECT_EQ((co_await redis.evaluate(script, keys, arguments)).value().items[2].integer, 5);
}
TEST_F(RedisClientTest, RunsScriptsByNameEvenWhenTheServerForgotThem) { run(runs_scripts(*redis)); }

asio::awaitable<void> gives_up_on_a_slow_reply(Client& redis) {
  const auto slow = co_await runtime::within<Reply>(50ms, redis.command("BLPOP", "empty", "1"));
  EXPECT_EQ(slow.error(), asio::error::timed_out);
  EXPECT_EQ((co_await redis.command("PING")).value().text, "PONG");
}
TEST_F(RedisClientTest, DropsTheReplyOfACancelledCommand) { run(gives_up_on_a_slow_reply(*redis)); }

asio::awaitable<void> command_under_way(Client& redis, boost::system::error_code& error) {
  Commands commands;
  for (int i = 0; i < 3; ++i) commands.add("BLPOP", "empty", "5");
  error = (co_await redis.pipeline(std::move(commands))).error();
}
asio::awaitable<void> reconnects(Client& redis, test::RedisServer& server, std::vector<std::string>& told) {
  using namespace asio::experimental::awaitable_operators;
  EXPECT_EQ((co_await redis.command("SET", "k", "v")).value().text, "OK");
  boost::system::error_code error;
  auto kill = [&]() -> asio::awaitable<void> {
    asio::steady_timer soon(co_await asio::this_coro::executor, 20ms);
    co_await soon.async_wait(asio::use_awaitable);
    server.stop();
  };
  co_await (command_under_way(redis, error) && kill());
  EXPECT_EQ(error, asio::error::connection_reset);
  EXPECT_FALSE(redis.connected());
  EXPECT_EQ((co_await redis.command("PING")).error(), asio::error::not_connected);
  asio::steady_timer outage(co_await asio::this_coro::executor, 100ms);
  co_await outage.async_wait(asio::use_awaitable);
  server.start();
  co_await redis.wait_until_connected();
  EXPECT_EQ(redis.connections(), 2U);
  EXPECT_TRUE((co_await redis.command("GET", "k")).value().is_nil()) << "an emptied server is noticed by what it holds";
  EXPECT_THAT(told, testing::ElementsAre("up: connected", testing::StartsWith("down: "), "down: Connection refused", "up: connected"));
}
TEST_F(RedisClientTest, ConnectsAgainWhenTheServerWasKilled) { run(reconnects(*redis, server, told)); }

asio::awaitable<void> sees_flushall(Client& redis) {
  EXPECT_EQ((co_await redis.command("HSET", "meta", "position", "7")).value().integer, 1);
  EXPECT_EQ((co_await redis.command("FLUSHALL")).value().text, "OK");
  EXPECT_TRUE((co_await redis.command("HGET", "meta", "position")).value().is_nil());
  EXPECT_EQ(redis.connections(), 1U);
}
TEST_F(RedisClientTest, SeesAnEmptiedServerAsNilReplies) { run(sees_flushall(*redis)); }

asio::awaitable<void> survives_a_server_that_hangs(asio::io_context& io, test::RedisServer& server, std::vector<std::string>& told) {
  ServerClient::Options options;
  options.silence = 100ms;
  options.connect_limit = 100ms;
  ServerClient redis(
      io.get_executor(), on_loopback(server.port()), [&](bool up, std::string_view why) { told.emplace_back(up ? "up" : why); }, options);
  runtime::TaskGroup group(io.get_executor(), [](std::string_view) {});
  group.spawn(redis.run());
  co_await redis.wait_until_connected();
  asio::steady_timer quiet(io, 500ms);
  co_await quiet.async_wait(asio::use_awaitable);
  EXPECT_EQ(redis.connections(), 1U) << "nobody asks anything, and that is no silence";

  server.hang();
  const auto asked = std::chrono::steady_clock::now();
  EXPECT_EQ((co_await redis.command("GET", "key")).error(), asio::error::connection_reset);
  EXPECT_LT(std::chrono::steady_clock::now() - asked, 2s);
  EXPECT_EQ((co_await redis.command("GET", "key")).error(), asio::error::not_connected) << "at once";
  server.go_on();
  co_await redis.wait_until_connected();
  EXPECT_TRUE((co_await redis.command("GET", "key")).value().is_nil());
  EXPECT_EQ(told, (std::vector<std::string>{"up", "no answer", "up"}));
  group.stop(asio::cancellation_type::terminal);
  co_await group.join();
}
TEST_F(RedisClientTest, GivesUpAServerThatHangsAndComesBack) {
  std::vector<std::string> changes;
  run(survives_a_server_that_hangs(io, server, changes));
}

asio::awaitable<void> authenticates(Client& redis, asio::io_context& io, std::uint16_t port) {
  EXPECT_EQ((co_await redis.command("ACL", "SETUSER", "fold", "on", ">secret", "~*", "+@all")).value().text, "OK");
  EXPECT_EQ((co_await redis.command("ACL", "SETUSER", "default", "resetpass", "off")).value().text, "OK");
  std::string reason;
  auto address = on_loopback(port);
  address.user = "fold";
  address.password = "wrong";
  runtime::TaskGroup group(io.get_executor(), [](std::string_view) {});
  {
    ServerClient intruder(io.get_executor(), address, [&](bool, std::string_view why) { reason = why; });
    group.spawn(intruder.run());
    asio::steady_timer soon(io, 100ms);
    co_await soon.async_wait(asio::use_awaitable);
    EXPECT_FALSE(intruder.connected());
    EXPECT_EQ(reason, "the server does not let user 'fold' in: WRONGPASS invalid username-password pair or user is disabled.");
    const auto changed = co_await redis.command("ACL", "SETUSER", "fold", ">wrong");
    EXPECT_EQ(changed->text, "OK");
    co_await intruder.wait_until_connected();
    group.stop(asio::cancellation_type::terminal);
    co_await group.join();
  }
  address.password = "secret";
  ServerClient known(io.get_executor(), address);
  group.spawn(known.run());
  co_await known.wait_until_connected();
  EXPECT_EQ((co_await known.command("ACL", "WHOAMI")).value().text, "fold");
  group.stop(asio::cancellation_type::terminal);
  co_await group.join();
}
TEST_F(RedisClientTest, AuthenticatesAsAUser) { run(authenticates(*redis, io, server.port())); }

asio::awaitable<void> ends_while_waiting(std::unique_ptr<Client>& redis, runtime::TaskGroup& background) {
  using namespace asio::experimental::awaitable_operators;
  boost::system::error_code error;
  auto destroy = [&]() -> asio::awaitable<void> {
    asio::steady_timer soon(co_await asio::this_coro::executor, 20ms);
    co_await soon.async_wait(asio::use_awaitable);
    background.stop(asio::cancellation_type::terminal);
    co_await background.join();
    redis.reset();
  };
  co_await (command_under_way(*redis, error) && destroy());
  EXPECT_EQ(error, asio::error::connection_reset);
}
TEST_F(RedisClientTest, CompletesWaitingCommandsWhenItEnds) { run(ends_while_waiting(redis, background)); }

}  // namespace
}  // namespace zhida::redis
