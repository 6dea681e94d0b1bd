// The model of Redis says and keeps what a real server does.

#include "simulation/redis_model.hpp"

#include "platform/redis/server_client.hpp"
#include "platform/runtime/task_group.hpp"
#include "simulation/random.hpp"
#include "stores/fold/scripts.hpp"
#include "support/redis_server.hpp"
#include "support/run_coroutine.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <set>
#include <utility>

namespace zhida::simulation {
namespace {

namespace asio = boost::asio;
namespace scripts = stores::scripts;
using redis::Reply;
using Line = std::vector<std::string>;

const std::string meta = "zhida:{0}:deliveries";

std::int64_t from_base_36(const std::string& name) {
  std::int64_t ms = 0;
  std::from_chars(name.data(), name.data() + name.size(), ms, 36);
  return ms;
}

/// A reply as text in which order counts only where it is promised, and of an error only its kind.
std::string normal(const std::string& command, const Reply& reply) {
  switch (reply.kind) {
    case Reply::Kind::nil:
      return "nil";
    case Reply::Kind::integer:
      return std::to_string(reply.integer);
    case Reply::Kind::text:
      return "'" + reply.text + "'";
    case Reply::Kind::error:
      return "error " + reply.text.substr(0, reply.text.find(' '));
    case Reply::Kind::array:
      break;
  }
  std::vector<std::string> parts;
  const bool pairs = command == "HGETALL" || command == "EVAL" || command == "EVALSHA";
  const std::size_t step = pairs ? 2 : 1;
  for (std::size_t i = 0; i + step <= reply.items.size(); i += step) {
    std::string part;
    for (std::size_t j = 0; j < step; ++j) part += normal("", reply.items[i + j]) + " ";
    parts.push_back(std::move(part));
  }
  if (command != "HMGET") std::ranges::sort(parts);
  std::string text = "[";
  for (const std::string& part : parts) text += part;
  return text + "]";
}

class RedisModelTest : public testing::Test {
 protected:
  asio::awaitable<void> compare(std::uint64_t seed);
  asio::awaitable<Reply> ask(Line words);
  asio::awaitable<void> both(Line words);
  Line random_line(Random& random);
  Line commit(Random& random);
  const std::string& generation(Random& random) { return random.pick(generations); }
  std::string position_of(const std::string& name) {
    const auto found = model.keys().find(meta);
    if (found == model.keys().end() || !found->second.hash.contains(name)) return "a=0";
    return found->second.hash.find(name)->second;
  }

  asio::io_context io{1};
  test::RedisServer server;
  std::unique_ptr<redis::Client> client = std::make_unique<redis::ServerClient>(io.get_executor(), address());
  std::int64_t now_ms = 1'000;
  RedisModel model{[this] { return now_ms; }};
  std::vector<std::string> generations{"none"};

  redis::Address address() const {
    redis::Address made;
    made.host = "127.0.0.1";
    made.port = server.port();
    return made;
  }
};

asio::awaitable<Reply> RedisModelTest::ask(Line words) {
  redis::Commands commands;
  commands.begin(words.front(), words.size() - 1);
  for (std::size_t i = 1; i < words.size(); ++i) commands.arg(words[i]);
  auto replies = co_await client->pipeline(std::move(commands));
  co_return std::move(replies.value().front());
}

asio::awaitable<void> RedisModelTest::both(Line words) {
  const Reply real = co_await ask(words);
  const bool opens = words.front().starts_with("EVAL") && (words[1] == scripts::open().source() || words[1] == scripts::open().sha());
  if (opens)  // a generation is called after the server's clock
    for (std::size_t i = 0; i + 1 < real.items.size(); i += 2)
      if (real.items[i].text == "building" && std::ranges::find(generations, real.items[i + 1].text) == generations.end()) {
        now_ms = from_base_36(real.items[i + 1].text);
        generations.push_back(real.items[i + 1].text);
      }
  const Reply modelled = model.execute(RedisModel::Words(words.begin(), words.end()));
  std::string shown;
  for (const std::string& word : words) shown += word.substr(0, 40) + " ";
  EXPECT_EQ(normal(words.front(), modelled), normal(words.front(), real)) << shown;
}

Line RedisModelTest::commit(Random& random) {
  const std::string name = generation(random);
  const std::size_t hashes = random.below(4);
  Line line{"EVALSHA", std::string(scripts::commit().sha()), std::to_string(1 + hashes), meta};
  for (std::size_t i = 0; i < hashes; ++i) line.push_back(meta + ":" + name + ":k" + std::to_string(random.below(4)));
  line.push_back(random.chance(90) ? "log" : "other");
  line.push_back(name);
  line.push_back(random.chance(75) ? position_of(name) : "a=99");
  line.push_back("a=" + std::to_string(random.below(50)));
  for (std::size_t i = 0; i < hashes; ++i) {
    const std::size_t sets = random.below(4), removals = random.below(3);
    line.push_back(std::to_string(sets));
    line.push_back(std::to_string(removals));
    for (std::size_t n = 0; n < sets; ++n) {
      line.push_back("f" + std::to_string(random.below(5)));
      line.push_back(std::to_string(random.next() % 1'000));
    }
    for (std::size_t n = 0; n < removals; ++n) line.push_back("f" + std::to_string(random.below(5)));
  }
  return line;
}

Line RedisModelTest::random_line(Random& random) {
  const std::string key = random.chance(25) ? meta : meta + ":" + generation(random) + ":k" + std::to_string(random.below(4));
  const std::string field = "f" + std::to_string(random.below(5));
  switch (random.below(19)) {
    case 0:
      return {"HSET", key, field, "v", "f9", std::to_string(random.below(9))};
    case 1:
      return {"HDEL", key, field, "f1"};
    case 2:
      return {"HGET", key, field};
    case 3:
      return {"HMGET", key, field, "log", "live"};
    case 4:
      return {"HGETALL", key};
    case 5:
      return {"HKEYS", key};
    case 6:
      return {"HLEN", key};
    case 7:
      return {"EXISTS", key, meta};
    case 8:
      return {random.chance(50) ? "UNLINK" : "DEL", random.chance(80) ? meta + ":x" : key};
    case 9:
      return {"TYPE", key};
    case 10:
      return random.chance(15) ? Line{"SET", key, "text"} : Line{"PING"};
    case 11:
      return random.chance(10) ? Line{"FLUSHALL"} : Line{"SCRIPT", "LOAD", scripts::commit().source()};
    case 12:
      return {
          "EVAL", scripts::open().source(),     "1", meta, random.chance(95) ? "log" : "other", random.chance(85) ? "2/4" : "1/4", "a=0",
          "a=7",  random.chance(20) ? "1" : "0"};
    case 13: {
      const std::string name = generation(random);
      return {"EVAL", scripts::swap().source(), "1", meta, "log", name, random.chance(80) ? position_of(name) : "a=1"};
    }
    case 14: {
      const std::string name = generation(random);
      return {"EVAL", scripts::abandon().source(), "1", meta, "log", name, random.chance(80) ? position_of(name) : "a=1"};
    }
    default:
      return commit(random);
  }
}

asio::awaitable<void> RedisModelTest::compare(std::uint64_t seed) {
  runtime::TaskGroup connection(io.get_executor(), [](std::string_view reason) { ADD_FAILURE() << reason; });
  connection.spawn(client->run());
  co_await client->wait_until_connected();
  Random random(seed);
  for (int sequence = 0; sequence < 150 && !HasFailure(); ++sequence) {
    Line flush{"FLUSHALL"};
    co_await both(std::move(flush));
    generations.assign(1, "none");
    for (int i = 0; i < 60 && !HasFailure(); ++i) {
      Line line = random_line(random);
      co_await both(std::move(line));
    }
    // Everything there is, page by page.
    std::set<std::string> real, modelled;
    std::string cursor = "0";
    do {
      Line scan{"SCAN", cursor, "MATCH", "zhida:\\{0\\}:*", "COUNT", "3"};
      const Reply page = co_await ask(std::move(scan));
      for (const Reply& key : page.items[1].items) real.insert(key.text);
      cursor = page.items[0].text;
    } while (cursor != "0");
    do {
      const Reply page = model.execute({"SCAN", cursor, "MATCH", "zhida:\\{0\\}:*", "COUNT", "3"});
      for (const Reply& key : page.items[1].items) modelled.insert(key.text);
      cursor = page.items[0].text;
    } while (cursor != "0");
    EXPECT_EQ(modelled, real);
    for (const std::string& key : real) {
      Line all{"HGETALL", key};
      co_await both(std::move(all));
    }
  }
  connection.stop(asio::cancellation_type::terminal);
  co_await connection.join();
}

TEST_F(RedisModelTest, SaysAndKeepsWhatARealServerDoes) { test::run_coroutine(io, compare(20'260'610), std::chrono::seconds(120)); }

TEST_F(RedisModelTest, ForgetsItsScriptsOnlyWhenItIsStartedAgain) {
  const std::string source = scripts::commit().source();
  model.execute({"SCRIPT", "LOAD", source});
  model.execute({"FLUSHALL"});
  const RedisModel::Words by_name{"EVALSHA", scripts::commit().sha(), "1", meta, "log", "g", "a=0", "a=1"};
  EXPECT_EQ(model.execute(by_name).kind, Reply::Kind::integer);
  model.restart({});
  EXPECT_TRUE(model.execute(by_name).is_error("NOSCRIPT"));
}

}  // namespace
}  // namespace zhida::simulation
