// The gateway between real processes: what it passes on, what it repeats and what it never does, and whom it asks.

#include "services/gateway/gateway_test.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <set>
#include <string>
#include <thread>

namespace zhida::gateway {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class RelayTest : public GatewayTest {
 protected:
  void start() { GatewayTest::start(first.endpoint() + "," + second.endpoint()); }
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
