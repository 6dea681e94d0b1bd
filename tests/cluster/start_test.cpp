// A process of a cluster that cannot start, or whose work fails, says why and ends: whoever started it can start it again.

#include "contracts/topics.hpp"
#include "kafka/kafka_broker.hpp"
#include "node/cluster_node.hpp"
#include "platform/http/server.hpp"
#include "platform/runtime/graceful_stop.hpp"
#include "support/child_process.hpp"
#include "support/standalone.hpp"
#include "support/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <sys/wait.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace zhida {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using testing::EndsWith;
using testing::HasSubstr;

std::string sentence(const std::string& program, const std::string& port) {
  return program + ": cannot listen on 127.0.0.1:" + port + ": Address already in use\n";
}

/// A port that somebody listens on.
class TakenPort {
 public:
  std::string text() const { return std::to_string(door_.local_endpoint().port()); }

 private:
  asio::io_context io_{1};
  asio::ip::tcp::acceptor door_ = http::listen(io_.get_executor(), "127.0.0.1", 0);
};

/// What a process of a service needs, but for a Redis: it finds none.
class Process : public testing::Test {
 protected:
  Process() { EXPECT_EQ(test::run_zhida({"keys", "prepare", "--trial", "--data", files.path()}), 0); }

  std::vector<std::string> arguments(std::vector<std::string> more) const {
    std::vector<std::string> words = {"--brokers",      test::KafkaBroker::shared().plain(),
                                      "--topic-prefix", "start.",
                                      "--replication",  "1",
                                      "--min-in-sync",  "1",
                                      "--partitions",   "2",
                                      "--redis",        "redis://127.0.0.1:1",
                                      "--keys",         (files / "keys.json").string(),
                                      "--master-key",   (files / "master.key").string()};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }

  test::TemporaryDirectory files;
  TakenPort taken;
};

TEST_F(Process, OfAServiceEndsWithASentenceWhenAPortOfItIsTaken) {
  for (const std::string program : {"zhida-operator", "zhida-matcher", "zhida-effect"})
    for (const bool metrics : {false, true}) {
      const std::vector<std::string> ports = metrics ? std::vector<std::string>{"--port", "0", "--metrics-port", taken.text()}
                                                     : std::vector<std::string>{"--port", taken.text()};
      const test::Ran ran = test::run_program(program, arguments(ports), 20s);
      EXPECT_EQ(ran.status, 1) << program << metrics;
      EXPECT_THAT(ran.errors, EndsWith(sentence(program, taken.text())));
    }
}

TEST_F(Process, OfTheGatewayEndsWithASentenceWhenAPortOfItIsTaken) {
  for (const bool metrics : {false, true}) {
    std::vector<std::string> words = {"gateway", "--operator", "127.0.0.1:1", "--page", "127.0.0.1:1", "--effect", "127.0.0.1:1", "--port"};
    if (metrics) words.insert(words.end(), {"0", "--metrics-port"});
    words.push_back(taken.text());
    const test::Ran ran = test::run_program("zhida", words, 10s);
    EXPECT_EQ(ran.status, 1) << metrics;
    EXPECT_THAT(ran.errors, EndsWith(sentence("zhida", taken.text())));
  }
}

asio::awaitable<void> fail_soon() {
  asio::steady_timer timer(co_await asio::this_coro::executor, 500ms);
  co_await timer.async_wait(asio::use_awaitable);
  throw std::runtime_error("the ledger is gone");
}

asio::awaitable<void> work_for_ever() {
  asio::steady_timer timer(co_await asio::this_coro::executor, 24h);
  co_await runtime::wait_for_work(timer.async_wait(asio::use_awaitable));
}

/// One work at once, one of a partition once it is owned.
std::shared_ptr<void> compose(node::ClusterNode& node, bool partition) {
  node.answer_reads("start");
  node.own("start", contracts::topics::intents, [partition](int, runtime::TaskGroup& tasks) {
    tasks.spawn(work_for_ever());
    if (partition) tasks.spawn(fail_soon());
  });
  if (!partition) node.spawn(fail_soon());
  return nullptr;
}

TEST_F(Process, EndsWithTheReasonWhenAWorkOfItFails) {
  for (const bool partition : {false, true}) {
    const std::string errors = files / "errors";
    test::ChildProcess child([&] {
      if (std::freopen(errors.c_str(), "w", stderr) == nullptr) return 98;
      std::vector<std::string> words = arguments({"--port", "0"});
      words.insert(words.begin(), "zhida-start");
      std::vector<char*> argv;
      for (std::string& word : words) argv.push_back(word.data());
      argv.push_back(nullptr);
      const int status = node::run_service(static_cast<int>(words.size()), argv.data(), "zhida-start", "",
                                           [partition](node::ClusterNode& node) { return compose(node, partition); });
      std::fflush(stderr);
      return status;
    });
    siginfo_t ended{};
    const bool in_time = test::eventually(
        [&] { return ::waitid(P_PID, static_cast<id_t>(child.pid()), &ended, WEXITED | WNOHANG | WNOWAIT) == 0 && ended.si_pid != 0; },
        30s);
    EXPECT_TRUE(in_time) << "it hangs";
    if (!in_time) continue;
    EXPECT_EQ(child.wait(), 1);
    std::ifstream stream(errors);
    const std::string said(std::istreambuf_iterator<char>(stream), {});
    EXPECT_THAT(said, HasSubstr("zhida-start: the ledger is gone\n"));
  }
}

}  // namespace
}  // namespace zhida
