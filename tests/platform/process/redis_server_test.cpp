#include "platform/process/redis_server.hpp"

#include "platform/process/reap.hpp"
#include "platform/redis/server_client.hpp"
#include "platform/runtime/task_group.hpp"
#include "support/child_process.hpp"
#include "support/run_coroutine.hpp"
#include "support/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <csignal>
#include <fstream>
#include <memory>

namespace zhida::process {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

RedisServer::Options quick() {
  RedisServer::Options options;
  options.first_delay = 1ms;
  return options;
}

// A zombie whose new parent has not looked yet has ended, too.
bool runs(pid_t pid) {
  std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
  std::string number, name, state;
  return (stat >> number >> name >> state) && state != "Z" && state != "X";
}

bool ends_soon(pid_t pid) {
  for (int i = 0; i < 200 && runs(pid); ++i) ::usleep(10'000);
  return !runs(pid);
}

/// A server and its client, in a directory.
struct Pair {
  Pair(asio::io_context& io, const std::filesystem::path& directory)
      : server(
            io.get_executor(), directory, [this](std::string_view event) { events.emplace_back(event); }, quick()),
        client(io.get_executor(), server.address()),
        tasks(io.get_executor(), [](std::string_view reason) { ADD_FAILURE() << reason; }) {
    tasks.spawn(server.run());
    tasks.spawn(client.run());
  }

  asio::awaitable<void> stop() {
    co_await server.stop();
    tasks.stop(asio::cancellation_type::terminal);
    co_await tasks.join();
  }

  std::vector<std::string> events;
  RedisServer server;
  redis::ServerClient client;
  runtime::TaskGroup tasks;
};

asio::awaitable<std::string> setting(redis::Client& client, std::string name) {
  const auto reply = co_await client.command("CONFIG", "GET", name);
  co_return reply->items.at(1).text;
}

asio::awaitable<void> serves(asio::io_context& io, std::filesystem::path directory) {
  Pair pair(io, directory);
  co_await pair.client.wait_until_connected();
  EXPECT_EQ(co_await setting(pair.client, "port"), "0");
  EXPECT_EQ(co_await setting(pair.client, "appendonly"), "yes");
  EXPECT_EQ(co_await setting(pair.client, "appendfsync"), "everysec");
  EXPECT_EQ(co_await setting(pair.client, "save"), "");
  EXPECT_EQ(co_await setting(pair.client, "maxmemory-policy"), "noeviction");
  EXPECT_EQ(co_await setting(pair.client, "hash-max-listpack-entries"), "512");
  EXPECT_EQ(co_await setting(pair.client, "hash-max-listpack-value"), "1024");
  const pid_t pid = pair.server.pid();
  EXPECT_TRUE(std::filesystem::exists(directory / "redis.pid"));
  co_await pair.stop();
  EXPECT_FALSE(runs(pid));
  EXPECT_EQ(pair.server.pid(), 0);
  EXPECT_FALSE(std::filesystem::exists(directory / "redis.pid"));
  EXPECT_THAT(pair.events, testing::ElementsAre(testing::HasSubstr("started"), testing::HasSubstr("ended with code 0")));
}
TEST(OwnRedisServer, RunsWithTheSettingsTheFoldsNeedAndEndsWhenTold) {
  const test::TemporaryDirectory directory;
  asio::io_context io{1};
  test::run_coroutine(io, serves(io, directory.path()));
}

asio::awaitable<void> survives_kills(asio::io_context& io, std::filesystem::path directory) {
  Pair pair(io, directory);
  for (int kill = 1; kill <= 3; ++kill) {
    co_await pair.client.wait_until_connected();
    EXPECT_EQ((co_await pair.client.command("INCR", "n")).value().integer, kill) << "what was answered is kept";
    ::kill(pair.server.pid(), SIGKILL);
    while (pair.client.connected()) {
      asio::steady_timer soon(io, 5ms);
      co_await soon.async_wait(asio::use_awaitable);
    }
  }
  co_await pair.client.wait_until_connected();
  EXPECT_EQ(pair.server.starts(), 4U);
  EXPECT_EQ(pair.client.connections(), 4U);
  co_await pair.stop();
}
TEST(OwnRedisServer, IsStartedAgainWithItsDataWhenKilled) {
  const test::TemporaryDirectory directory;
  asio::io_context io{1};
  test::run_coroutine(io, survives_kills(io, directory.path()));
}

asio::awaitable<void> answers_ping(asio::io_context& io, std::filesystem::path directory) {
  Pair pair(io, directory);
  co_await pair.client.wait_until_connected();
  EXPECT_EQ((co_await pair.client.command("PING")).value().text, "PONG");
  co_await pair.stop();
}
TEST(OwnRedisServer, WorksInADirectoryWhosePathIsTooLongForASocket) {
  const test::TemporaryDirectory directory;
  const std::filesystem::path deep = directory / std::string(120, 'd') / std::string(120, 'e') / "with 空格 'quote\"";
  asio::io_context io{1};
  test::run_coroutine(io, answers_ping(io, deep));
}

// Runs a server for ever; writes its pid into the pipe once it answers.
asio::awaitable<void> serve_for_ever(asio::io_context& io, std::filesystem::path directory, int pipe) {
  Pair pair(io, directory);
  co_await pair.client.wait_until_connected();
  const pid_t pid = pair.server.pid();
  if (::write(pipe, &pid, sizeof pid) != static_cast<ssize_t>(sizeof pid)) ::_exit(3);
  co_await pair.tasks.join();
}
TEST(OwnRedisServer, DiesWithItsParentEvenWhenThatIsKilled) {
  const test::TemporaryDirectory directory;
  int pipe[2];
  ASSERT_EQ(::pipe(pipe), 0);
  test::ChildProcess parent([&] {
    asio::io_context io{1};
    test::run_coroutine(io, serve_for_ever(io, directory.path(), pipe[1]));
    return 0;
  });
  pid_t server = 0;
  ASSERT_EQ(::read(pipe[0], &server, sizeof server), static_cast<ssize_t>(sizeof server));
  EXPECT_TRUE(runs(server));
  parent.kill();
  EXPECT_TRUE(ends_soon(server));
  EXPECT_TRUE(std::filesystem::exists(directory / "redis.pid")) << "left behind, as after any crash";
  asio::io_context io{1};
  test::run_coroutine(io, answers_ping(io, directory.path()));
  ::close(pipe[0]);
  ::close(pipe[1]);
}

class Reap : public testing::Test {
 protected:
  void write_pid(pid_t pid) { std::ofstream(pid_file) << pid << "\n"; }

  /// `sleep` in `directory`.
  std::unique_ptr<test::ChildProcess> sleeper(const std::filesystem::path& where) {
    return std::make_unique<test::ChildProcess>([where] {
      if (::chdir(where.c_str()) == 0) ::execl("/usr/bin/sleep", "sleep", "30", nullptr);
      return 9;
    });
  }

  static void wait_until_executed(pid_t pid) {
    std::error_code error;
    while (std::filesystem::read_symlink("/proc/" + std::to_string(pid) + "/exe", error) != std::filesystem::canonical("/usr/bin/sleep"))
      ::usleep(1'000);
  }

  test::TemporaryDirectory directory, elsewhere;
  std::filesystem::path pid_file = directory / "child.pid";
};

TEST_F(Reap, EndsTheProgramThatWorksInTheDirectory) {
  const auto child = sleeper(directory.path());
  wait_until_executed(child->pid());
  write_pid(child->pid());
  EXPECT_TRUE(reap(pid_file, "/usr/bin/sleep", directory.path(), 1s));
  EXPECT_EQ(child->wait(), -1) << "ended by a signal";
  EXPECT_FALSE(std::filesystem::exists(pid_file));
}

TEST_F(Reap, LeavesAProcessThatOnlyHasTheNumber) {
  const auto child = sleeper(elsewhere.path());
  wait_until_executed(child->pid());
  write_pid(child->pid());
  EXPECT_FALSE(reap(pid_file, "/usr/bin/sleep", directory.path(), 1s)) << "another directory";
  write_pid(child->pid());
  EXPECT_FALSE(reap(pid_file, "/usr/bin/redis-server", elsewhere.path(), 1s)) << "another program";
  EXPECT_TRUE(runs(child->pid()));
}

TEST_F(Reap, TakesAnythingForAPidFile) {
  EXPECT_FALSE(reap(pid_file, "/usr/bin/sleep", directory.path(), 1s)) << "none";
  for (const char* content : {"", "x", "-1", "0", "1", "99999999999", "4194304"}) {
    std::ofstream(pid_file) << content;
    EXPECT_FALSE(reap(pid_file, "/usr/bin/sleep", directory.path(), 1s)) << content;
    EXPECT_FALSE(std::filesystem::exists(pid_file)) << content;
  }
}

}  // namespace
}  // namespace zhida::process
