// The gateway between real processes: what it passes on, what it repeats and what it never does, and whom it asks.

#include "gateway/gateway.hpp"
#include "services/gateway/upstream_process.hpp"
#include "services/gateway/wire.hpp"
#include "support/redis_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <chrono>
#include <csignal>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>

namespace zhida::gateway {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using test::RedisServer;
using testing::HasSubstr;

class RelayTest : public testing::Test {
 protected:
  /// Starts the gateway in front of what serves pages; nobody serves anything else.
  void start() {
    Settings settings;
    settings.port = std::to_string(RedisServer::free_port());
    settings.operators = settings.effect = "127.0.0.1:" + std::to_string(RedisServer::free_port());
    settings.page = first.endpoint() + "," + second.endpoint();
    settings.log_level = "error";
    gateway_ = std::make_unique<test::ChildProcess>([settings] {
      serve(settings);
      return 0;
    });
    port_ = settings.port;
    const auto deadline = Clock::now() + 10s;
    while (!connect() && Clock::now() < deadline) std::this_thread::sleep_for(10ms);
  }

  Wire::Stream connect() const { return Wire::Stream("127.0.0.1", port_); }

  struct Answer {
    Wire::Head head;
    std::string body;
    int status() const { return head.status(); }
  };

  /// One request on a connection of its own.
  Answer ask(const std::string& verb, const std::string& target, const std::string& body = "") const {
    Wire::Stream stream = connect();
    Wire wire(stream);
    const std::string length = verb == "GET" ? "" : "Content-Length: " + std::to_string(body.size()) + "\r\n";
    wire.send(verb + " " + target + " HTTP/1.1\r\nHost: zhida\r\n" + length + "\r\n" + body);
    Answer answer;
    answer.head = wire.read_head();
    answer.body = wire.read_body(answer.head);
    return answer;
  }

  /// Who answers, asked ten times.
  std::set<std::string> who() const {
    std::set<std::string> names;
    for (int i = 0; i < 10; ++i) names.insert(ask("GET", "/page/who").body);
    return names;
  }

  /// Whether it is `names`, within ten seconds.
  testing::AssertionResult comes_to_be(const std::set<std::string>& names) const {
    const auto deadline = Clock::now() + 10s;
    for (;;) {
      const std::set<std::string> found = who();
      if (found == names) return testing::AssertionSuccess();
      if (Clock::now() > deadline) return testing::AssertionFailure() << testing::PrintToString(found) << " answer";
      std::this_thread::sleep_for(50ms);
    }
  }

  /// It stands still when this returns: a signal takes its time to another processor.
  static bool freeze(const UpstreamProcess& process) {
    int status = 0;
    return ::kill(process.pid(), SIGSTOP) == 0 && ::waitpid(process.pid(), &status, WUNTRACED) == process.pid() && WIFSTOPPED(status);
  }

  int requests() { return first.shared().requests + second.shared().requests; }

  UpstreamProcess first{"first"}, second{"second"};

 private:
  std::unique_ptr<test::ChildProcess> gateway_;
  std::string port_;
};

TEST_F(RelayTest, PassesAChunkedBodyUnchangedBothWaysAndEndsItOnce) {
  start();
  std::string body;
  for (int i = 0; body.size() < 300'000; ++i) body += std::to_string(i) + "政策\r\n0\r\n\r\n";
  Wire::Stream stream = connect();
  Wire wire(stream);
  for (int i = 0; i < 3; ++i) {  // on one connection: nothing of an answer may be left for the next
    wire.send("POST /page/echo HTTP/1.1\r\nHost: zhida\r\nTransfer-Encoding: chunked\r\n\r\n");
    wire.send_chunk(std::string_view(body).substr(0, 5));
    wire.send_chunk(std::string_view(body).substr(5, 200'000));
    wire.send_chunk(std::string_view(body).substr(200'005));
    wire.send("0\r\n\r\n");
    const Wire::Head head = wire.read_head();
    ASSERT_EQ(head.status(), 200);
    EXPECT_TRUE(head.chunked());
    EXPECT_EQ(head.field("x-after"), "0") << "the service read an end, and then more";
    EXPECT_TRUE(wire.read_body(head) == body);
    EXPECT_EQ(wire.unasked(), 0U) << "the client read an end, and then more";
  }
  EXPECT_EQ(requests(), 3);
}

TEST_F(RelayTest, PassesABodyOfKnownLengthUnchangedBothWays) {
  start();
  std::string body;
  for (std::size_t i = 0; body.size() < 1'000'000; ++i) body += static_cast<char>(i * i % 251);
  for (const std::string& each : {std::string(), std::string("x"), body}) {
    const Answer answer = ask("POST", "/page/echo", each);
    EXPECT_EQ(answer.status(), 200);
    EXPECT_EQ(answer.head.field("content-length"), std::to_string(each.size()));
    EXPECT_EQ(answer.head.field("x-after"), "0");
    EXPECT_TRUE(answer.body == each);
  }
}

TEST_F(RelayTest, PassesPiecesOnBeforeTheNextHasCome) {
  start();
  Wire::Stream stream = connect();
  Wire wire(stream);
  wire.send("GET /page/stream HTTP/1.1\r\nHost: zhida\r\n\r\n");
  ASSERT_EQ(wire.read_head().status(), 200);
  EXPECT_EQ(wire.read_chunk(), "one");
  first.shared().goes_on = second.shared().goes_on = true;
  EXPECT_EQ(wire.read_chunk(), "two");
  EXPECT_EQ(wire.read_chunk(), "");

  wire.send("POST /page/echo HTTP/1.1\r\nHost: zhida\r\nTransfer-Encoding: chunked\r\n\r\n");
  wire.send_chunk("three");
  const auto deadline = Clock::now() + 5s;
  while (first.shared().received + second.shared().received < 5 && Clock::now() < deadline) std::this_thread::sleep_for(5ms);
  EXPECT_EQ(first.shared().received + second.shared().received, 5U);
  wire.send_chunk("four");
  wire.send("0\r\n\r\n");
  EXPECT_EQ(wire.read_body(wire.read_head()), "threefour");
}

TEST_F(RelayTest, RepeatsAGetWhoseProcessDiesBeforeItAnswers) {
  start();
  first.shared().dies = true;
  for (int i = 0; i < 4; ++i) {
    const Answer answer = ask("GET", "/page/who");
    EXPECT_EQ(answer.status(), 200);
    EXPECT_EQ(answer.body, "second");
  }
  EXPECT_EQ(first.shared().requests, 1) << "it died of one of them, which the other process answered";
}

TEST_F(RelayTest, NeverRepeatsAPost) {
  start();
  first.shared().dies = second.shared().dies = true;
  const Answer answer = ask("POST", "/page/who", "{}");
  EXPECT_EQ(answer.status(), 503);
  EXPECT_FALSE(answer.head.field("retry-after").empty());
  EXPECT_THAT(answer.body, HasSubstr("repeat the request with the same Idempotency-Key"));
  std::this_thread::sleep_for(300ms);
  EXPECT_EQ(requests(), 1) << "it reached two processes";
}

TEST_F(RelayTest, SaysItselfThatNobodyCanBeReachedOrThatNobodyIsThere) {
  start();
  const Answer nobody = ask("GET", "/operator/v1/campaigns");
  EXPECT_EQ(nobody.status(), 503);
  EXPECT_FALSE(nobody.head.field("retry-after").empty());
  EXPECT_THAT(nobody.body, HasSubstr("no process of the service operator can be reached"));
  EXPECT_EQ(ask("POST", "/effect/v1/verify", "{}").status(), 503);
  for (const char* const target : {"/nobody/v1", "/pages/who", "/", "/metricsx"}) {
    const Answer answer = ask("GET", target);
    EXPECT_EQ(answer.status(), 404) << target;
    EXPECT_EQ(answer.head.field("content-type"), "application/problem+json") << target;
  }
  EXPECT_EQ(requests(), 0);
  EXPECT_EQ(ask("GET", "/page/who?x=/nobody").status(), 200);

  first.kill();
  second.kill();
  const Answer gone = ask("GET", "/page/who");
  EXPECT_EQ(gone.status(), 503);
  EXPECT_FALSE(gone.head.field("retry-after").empty());
}

TEST_F(RelayTest, CutsOffAFrozenProcessAndTakesItBackWhenItGoesOn) {
  start();
  ASSERT_TRUE(comes_to_be({"first", "second"}));
  ASSERT_TRUE(freeze(first));
  // Whichever is asked: an answer comes, late at the most.
  auto asked = Clock::now();
  EXPECT_EQ(who(), (std::set<std::string>{"second"}));
  EXPECT_LT(Clock::now() - asked, 8s);
  asked = Clock::now();
  EXPECT_EQ(who(), (std::set<std::string>{"second"}));
  EXPECT_LT(Clock::now() - asked, 1s) << "it is still asked";

  ASSERT_EQ(::kill(first.pid(), SIGCONT), 0);
  EXPECT_TRUE(comes_to_be({"first", "second"}));
}

TEST_F(RelayTest, APostToAFrozenProcessIsCutOffAndNotRepeated) {
  start();
  ASSERT_TRUE(comes_to_be({"first", "second"}));
  ASSERT_TRUE(freeze(first));
  const int before = requests();
  const Answer one = ask("POST", "/page/who", "{}"), other = ask("POST", "/page/who", "{}");
  const Answer& cut = one.status() == 200 ? other : one;
  EXPECT_EQ(cut.status(), 503) << "one of two in turn goes to the frozen one";
  EXPECT_THAT(cut.body, HasSubstr("same Idempotency-Key"));
  EXPECT_EQ(requests(), before + 1);
  ASSERT_EQ(::kill(first.pid(), SIGCONT), 0);
}

TEST_F(RelayTest, AsksAProcessThatIsNotReadyOnlyWhenNoOtherIs) {
  first.shared().ready = false;
  start();
  EXPECT_TRUE(comes_to_be({"second"}));
  second.shared().ready = false;
  EXPECT_TRUE(comes_to_be({"first", "second"})) << "an answer that says why is better than none";
  first.shared().ready = true;
  EXPECT_TRUE(comes_to_be({"first"}));
  first.kill();
  EXPECT_EQ(who(), (std::set<std::string>{"second"})) << "not ready, but the only one";
}

}  // namespace
}  // namespace zhida::gateway
