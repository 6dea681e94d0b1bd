// Names that stand for several processes, which come and go: compose and Kubernetes name a service so.

#include "services/gateway/gateway_test.hpp"
#include "services/gateway/shared_memory.hpp"
#include "support/run_coroutine.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>

#include <atomic>
#include <chrono>
#include <csignal>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace zhida::gateway {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
namespace asio = boost::asio;

/// What the name `page` stands for; other names are literal addresses.
struct Names {
  std::atomic<bool> first{true}, second{true};
  std::atomic<bool> unknown{false};
};

Address address_of(const Endpoint& endpoint) { return Address(asio::ip::make_address(endpoint.host), endpoint.port); }

asio::awaitable<Resolved> answer(Resolved found) { co_return found; }

class NamesTest : public GatewayTest {
 protected:
  void start() {
    const Address one = address_of(parse_endpoints(first.endpoint()).front());
    const Address other = address_of(parse_endpoints(second.endpoint()).front());
    GatewayTest::start("page:8080", [names = names_, one, other](const Endpoint& endpoint) {
      if (endpoint.host != "page") return answer(std::vector<Address>{address_of(endpoint)});
      if (names->unknown) return answer(make_error_code(asio::error::host_not_found));
      std::vector<Address> found;
      if (names->second) found.push_back(other);
      if (names->first) found.push_back(one);
      return answer(found);
    });
  }

  /// An answer that began and goes on when told so.
  struct Streaming {
    std::unique_ptr<Wire::Stream> stream;
    std::unique_ptr<Wire> wire;
  };

  /// One that `process` gives.
  Streaming stream_from(UpstreamProcess& process) const {
    for (int i = 0; i < 20; ++i) {
      const int before = process.shared().requests;
      Streaming made;
      made.stream = std::make_unique<Wire::Stream>(connect());
      made.wire = std::make_unique<Wire>(*made.stream);
      made.wire->send("GET /page/stream HTTP/1.1\r\nHost: zhida\r\n\r\n");
      EXPECT_EQ(made.wire->read_head().status(), 200);
      EXPECT_EQ(made.wire->read_chunk(), "one");
      if (process.shared().requests > before) return made;
    }
    throw std::runtime_error("it is never asked");
  }

  /// Whether the gateway shows so many processes of pages as alive, within ten seconds.
  bool shows_alive(int processes) const {
    const std::string line = "zhida_gateway_upstreams_alive{service=\"page\",endpoint=\"page:8080\"} " + std::to_string(processes) + "\n";
    const auto deadline = Clock::now() + 10s;
    while (Clock::now() < deadline) {
      if (ask("GET", "/metrics").body.find(line) != std::string::npos) return true;
      std::this_thread::sleep_for(50ms);
    }
    return false;
  }

  Names& names() { return *names_; }

 private:
  std::shared_ptr<Names> names_ = make_shared_memory<Names>();
};

TEST_F(NamesTest, AFrozenProcessIsCutOffAndTheOthersOfItsNameAreNot) {
  start();
  for (UpstreamProcess* const frozen : {&first, &second}) {
    UpstreamProcess& other = frozen == &first ? second : first;
    const std::string name = frozen == &first ? "second" : "first";
    ASSERT_TRUE(comes_to_be({"first", "second"}));
    ASSERT_TRUE(shows_alive(2));
    other.shared().goes_on = false;
    const Streaming streaming = stream_from(other);
    ASSERT_TRUE(freeze(*frozen));
    const auto asked = Clock::now();
    EXPECT_EQ(who(), (std::set<std::string>{name}));
    EXPECT_LT(Clock::now() - asked, 8s);
    EXPECT_TRUE(shows_alive(1));
    const auto again = Clock::now();
    EXPECT_EQ(who(), (std::set<std::string>{name}));
    EXPECT_LT(Clock::now() - again, 1s) << "the frozen one is still asked";
    other.shared().goes_on = true;
    EXPECT_EQ(streaming.wire->read_chunk(), "two") << "an answer of a healthy process was cut off";
    ASSERT_EQ(::kill(frozen->pid(), SIGCONT), 0);
  }
  EXPECT_TRUE(comes_to_be({"first", "second"}));
}

TEST_F(NamesTest, AnAddressThatAppearsIsUsedAndOneThatIsGoneIsAskedNoMore) {
  names().second = false;
  start();
  EXPECT_EQ(who(), (std::set<std::string>{"first"}));
  EXPECT_TRUE(shows_alive(1));
  EXPECT_EQ(second.shared().requests + second.shared().health_questions, 0);
  names().second = true;
  EXPECT_TRUE(comes_to_be({"first", "second"}));

  const Streaming streaming = stream_from(first);
  names().first = false;
  EXPECT_TRUE(comes_to_be({"second"}));
  EXPECT_TRUE(shows_alive(1));
  first.shared().goes_on = true;
  EXPECT_EQ(streaming.wire->read_chunk(), "two") << "an answer was cut off because its process's address is gone";
  EXPECT_EQ(streaming.wire->read_chunk(), "");
  std::this_thread::sleep_for(1s);
  const int before = first.shared().requests + first.shared().health_questions;
  std::this_thread::sleep_for(1500ms);
  EXPECT_EQ(who(), (std::set<std::string>{"second"}));
  EXPECT_EQ(first.shared().requests + first.shared().health_questions, before);

  names().first = true;
  EXPECT_TRUE(comes_to_be({"first", "second"})) << "it came back";
}

TEST_F(NamesTest, AnAnswerOfAProcessThatIsGoneIsCutOffIfThatFreezes) {
  start();
  ASSERT_TRUE(comes_to_be({"first", "second"}));
  const Streaming streaming = stream_from(first);
  names().first = false;
  ASSERT_TRUE(comes_to_be({"second"}));
  ASSERT_TRUE(freeze(first));
  const auto asked = Clock::now();
  EXPECT_EQ(streaming.wire->read_chunk(), "");
  EXPECT_LT(Clock::now() - asked, 6s);
}

TEST_F(NamesTest, WhileNobodyKnowsANameItStandsForWhatItStoodFor) {
  start();
  ASSERT_TRUE(comes_to_be({"first", "second"}));
  names().unknown = true;
  std::this_thread::sleep_for(2500ms);
  EXPECT_EQ(who(), (std::set<std::string>{"first", "second"}));
  names().unknown = names().first = names().second = false;
  std::this_thread::sleep_for(1500ms);
  EXPECT_EQ(who(), (std::set<std::string>{"first", "second"})) << "a name without any address says nothing either";
  ASSERT_TRUE(freeze(first));
  EXPECT_TRUE(comes_to_be({"second"})) << "they are not watched any more";
}

TEST_F(NamesTest, ANameThatNobodyKnowsYetIsAskedForUntilItIsKnown) {
  names().unknown = true;
  start();
  const Answer nobody = ask("GET", "/page/who");
  EXPECT_EQ(nobody.status(), 503);
  EXPECT_THAT(nobody.body, HasSubstr("no process of the service page can be reached"));
  EXPECT_EQ(ask("GET", "/readyz").status(), 503);
  EXPECT_TRUE(shows_alive(0));
  names().unknown = false;
  EXPECT_TRUE(shows_alive(2));
  EXPECT_TRUE(comes_to_be({"first", "second"}));
}

TEST_F(NamesTest, AStopEndsEveryWatch) {
  names().second = false;
  start();
  names().second = true;
  ASSERT_TRUE(shows_alive(2));
  names().first = false;
  ASSERT_TRUE(shows_alive(1));
  const auto asked = Clock::now();
  EXPECT_EQ(stop(), 0);
  EXPECT_LT(Clock::now() - asked, 2s);
}

asio::awaitable<void> ask_system(const Resolve& resolve, const Endpoint& endpoint, Resolved& found) { found = co_await resolve(endpoint); }

std::vector<Address> by_system(const std::string& host) {
  asio::io_context io;
  const Resolve resolve = system_resolver(io.get_executor());
  Endpoint endpoint;
  endpoint.host = host;
  endpoint.port = 8080;
  Resolved found;
  test::run_coroutine(io, ask_system(resolve, endpoint, found));
  return found.value();
}

TEST(SystemResolver, ALiteralAddressStandsForItself) {
  for (const char* const host : {"127.0.0.1", "10.1.2.3", "::1"})
    EXPECT_THAT(by_system(host), testing::ElementsAre(Address(asio::ip::make_address(host), 8080)));
}

TEST(SystemResolver, ANameStandsForEachOfItsAddressesOnce) {
  const std::vector<Address> found = by_system("localhost");
  EXPECT_THAT(found, testing::Contains(Address(asio::ip::address_v4::loopback(), 8080)));
  EXPECT_EQ(std::set<Address>(found.begin(), found.end()).size(), found.size());
}

}  // namespace
}  // namespace zhida::gateway
