// Questions over the wire: who may ask, what is refused, and what comes of matchers that are missing, behind or silent.

#include "node/population/query_port.hpp"
#include "node/population/remote_population.hpp"
#include "platform/http/client.hpp"
#include "platform/http/server.hpp"
#include "platform/redis/server_client.hpp"
#include "platform/runtime/task_group.hpp"
#include "services/sample_world.hpp"
#include "stores/catalog/catalog_store.hpp"
#include "support/redis_server.hpp"
#include "support/run_coroutine.hpp"

#include <gtest/gtest.h>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace zhida::node {
namespace {

namespace asio = boost::asio;
using contracts::Question;
using contracts::Tally;
using test::SampleWorld;
using namespace std::chrono_literals;

const std::string key(64, '7');

/// Two matchers on one store, the first of partition 1, the second of 0 and 2, and who asks them.
class QueryPortTest : public testing::Test {
 protected:
  QueryPortTest() {
    world_.know_all(600);
    tasks_.spawn(redis_.run());
    for (int partition = 0; partition < SampleWorld::partitions; ++partition) tasks_.spawn(world_.profiles.run(partition));
    open({1});
    open({0, 2});
    world_.io.run_for(50ms);
  }
  ~QueryPortTest() override { test::run_coroutine(world_.io, end()); }

  /// On the executor, as everything that is asked of a task group.
  asio::awaitable<void> end() {
    tasks_.stop(asio::cancellation_type::terminal);
    co_await tasks_.join();
  }

  void open(std::vector<int> owned) {
    Matcher& matcher = *matchers_.emplace_back(std::make_unique<Matcher>());
    matcher.owned = std::move(owned);
    matcher.port = std::make_unique<QueryPort>(
        LocalPopulation(world_.reference, catalog_, world_.profiles, world_.columns), catalog_, world_.profiles, key,
        [&matcher](int partition) { return std::ranges::find(matcher.owned, partition) != matcher.owned.end(); });
    matcher.port->add_to(matcher.router);
    auto acceptor = http::listen(world_.io.get_executor(), "127.0.0.1", 0);
    matcher.number = acceptor.local_endpoint().port();
    tasks_.spawn(http::serve(std::move(acceptor), matcher.router, http::ServerOptions(), tasks_));
  }

  asio::awaitable<void> announce(std::string id, std::uint16_t port, std::vector<int> owned) {
    co_await redis_.wait_until_connected();
    Announcement announcement;
    announcement.service = "matcher";
    announcement.address = "127.0.0.1:" + std::to_string(port);
    announcement.owned = std::move(owned);
    const auto held = co_await registry_.announce(id, announcement);
    EXPECT_TRUE(held.has_value());
  }
  void announce_both() {
    test::run_coroutine(world_.io, announce("a", matchers_[0]->number, {1}));
    test::run_coroutine(world_.io, announce("b", matchers_[1]->number, {0, 2}));
  }

  asio::awaitable<void> post(std::string authorization, std::string body, http::ClientResponse& response) {
    http::Client client(world_.io.get_executor(), "127.0.0.1", matchers_[0]->number, 5s);
    http::ClientRequest request(http::Verb::post, std::string(QueryPort::path), std::move(body));
    request.set("Authorization", std::move(authorization)).set("Content-Type", "application/json");
    response = co_await client.send(std::move(request));
  }
  /// What the matcher of partition 1 answers.
  http::ClientResponse ask_one(const contracts::Query& query, const std::string& authorization = "Bearer " + key) {
    http::ClientResponse response;
    test::run_coroutine(world_.io, post(authorization, contracts::to_json(query), response));
    return response;
  }

  asio::awaitable<void> ask_into(Question question, std::optional<Tally>& into) { into = co_await everybody_.ask(std::move(question)); }
  std::optional<Tally> ask(const Question& question) {
    std::optional<Tally> tally;
    test::run_coroutine(world_.io, ask_into(question, tally));
    return tally;
  }

  Question question() const { return contracts::RuleQuestion{"p.employees >= 5", world_.today, false, 3, ""}; }

  struct Matcher {
    std::vector<int> owned;
    http::Router router;
    std::unique_ptr<QueryPort> port;
    std::uint16_t number = 0;
  };

  test::RedisServer server_;
  SampleWorld world_;
  stores::CatalogStore catalog_{world_.io.get_executor(), world_.log, world_.reference.language, world_.dead_letters};
  redis::ServerClient redis_{world_.io.get_executor(), redis::Address::parse("127.0.0.1:" + std::to_string(server_.port())).value()};
  Registry registry_{redis_};
  Announcement::Positions folded_;  // by who asks
  RemotePopulation everybody_{registry_, SampleWorld::partitions, key, [this] { return folded_; }};
  std::vector<std::unique_ptr<Matcher>> matchers_;
  runtime::TaskGroup tasks_{world_.io.get_executor(), [](std::string_view reason) { ADD_FAILURE() << reason; }};
};

TEST_F(QueryPortTest, AnswersWhoHasTheKeyAboutItsPartitionsAlone) {
  EXPECT_EQ(ask_one({question(), {1}, {}}).status, http::Status::ok);
  EXPECT_EQ(ask_one({question(), {1}, {}}, "").status, http::Status::unauthorised);
  EXPECT_EQ(ask_one({question(), {1}, {}}, "Bearer " + std::string(64, '8')).status, http::Status::unauthorised);
  EXPECT_EQ(ask_one({question(), {1, 2}, {}}).status, http::Status::unavailable);
  EXPECT_EQ(ask_one({question(), {7}, {}}).status, http::Status::unavailable);
  EXPECT_EQ(ask_one({question(), {-1}, {}}).status, http::Status::unavailable);
}

TEST_F(QueryPortTest, RefusesWhatIsNoQuery) {
  for (const auto& [body, status] :
       {std::pair("nothing", http::Status::bad_request), {R"({"partitions":[1],"folded":{}})", http::Status::unprocessable}}) {
    http::ClientResponse response;
    test::run_coroutine(world_.io, post("Bearer " + key, body, response));
    EXPECT_EQ(response.status, status) << response.body;
  }
}

TEST_F(QueryPortTest, DoesNotAnswerWithLessThanTheAskerKnows) {
  EXPECT_EQ(ask_one({question(), {1}, {{"profiles", {0, 9, 0}}}}).status, http::Status::unavailable);
  EXPECT_EQ(ask_one({question(), {1}, {{"profiles", {9, 0, 9}}}}).status, http::Status::ok) << "of other partitions";
  EXPECT_EQ(ask_one({question(), {1}, {{"catalog", {1}}}}).status, http::Status::unavailable);
}

TEST_F(QueryPortTest, AllTogetherSayWhatOneWouldWhoHoldsAll) {
  announce_both();
  const auto tally = ask(question());
  ASSERT_TRUE(tally.has_value());
  const auto& counts = std::get<campaign::RuleTally>(*tally).counts;
  EXPECT_EQ(counts[0] + counts[1] + counts[2] + counts[3], 600U);
  EXPECT_EQ(std::get<campaign::RuleTally>(*tally).sample.size(), 3U);
}

TEST_F(QueryPortTest, NobodyAnswersForAPartitionThatIsMissingOrBehind) {
  EXPECT_FALSE(ask(question()).has_value()) << "nobody has announced itself";
  test::run_coroutine(world_.io, announce("b", matchers_[1]->number, {0, 2}));
  EXPECT_FALSE(ask(question()).has_value()) << "partition 1 is missing";
  test::run_coroutine(world_.io, announce("a", matchers_[0]->number, {1}));
  EXPECT_TRUE(ask(question()).has_value());
  folded_["profiles"] = {0, 9, 0};
  EXPECT_FALSE(ask(question()).has_value()) << "the asker knows more";
  folded_.clear();
  matchers_[0]->owned.clear();
  EXPECT_FALSE(ask(question()).has_value()) << "it has lost the partition since";
}

TEST_F(QueryPortTest, ASilentMatcherHoldsUpNoStop) {
  auto silent = http::listen(world_.io.get_executor(), "127.0.0.1", 0);
  test::run_coroutine(world_.io, announce("a", silent.local_endpoint().port(), {1}));
  test::run_coroutine(world_.io, announce("b", matchers_[1]->number, {0, 2}));
  const auto given_up = [this]() -> asio::awaitable<void> {
    using namespace asio::experimental::awaitable_operators;
    asio::steady_timer limit(world_.io, 300ms);
    std::optional<Tally> tally;
    co_await (ask_into(question(), tally) || limit.async_wait(asio::use_awaitable));
    EXPECT_FALSE(tally.has_value());
  };
  const auto began = std::chrono::steady_clock::now();
  test::run_coroutine(world_.io, given_up());
  EXPECT_LT(std::chrono::steady_clock::now() - began, 3s);
}

}  // namespace
}  // namespace zhida::node
