// Services apart, over a real broker and a real Redis: any of them may be killed, doubled or frozen.

#include "flow/story.hpp"
#include "kafka/kafka_broker.hpp"
#include "support/standalone.hpp"
#include "support/temporary_directory.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace zhida {
namespace {

using flow::text;
using test::Answer;
using test::eventually;
using test::Standalone;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr int enterprises = 600;

/// Says why nothing of this suite can run.
class NeedsABroker final : public testing::Environment {
  void SetUp() override {
    if (const std::string& reason = test::KafkaBroker::absence(); !reason.empty()) GTEST_SKIP() << reason;
  }
};
[[maybe_unused]] testing::Environment* const needs = testing::AddGlobalTestEnvironment(new NeedsABroker);

rapidjson::Document read_json(const std::filesystem::path& file) {
  std::ifstream stream(file);
  std::ostringstream content;
  content << stream.rdbuf();
  rapidjson::Document document;
  document.Parse(content.str().c_str());
  return document;
}

/// What `cluster.json` says of a service's process.
pid_t pid_of(const Standalone& zhida, const std::string& service) {
  const rapidjson::Document described = read_json(zhida.directory() / "cluster.json");
  if (!described.IsObject() || !described["services"].HasMember(service.c_str())) return 0;
  return described["services"][service.c_str()]["pid"].GetInt();
}

class Cluster : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    files_ = std::make_unique<test::TemporaryDirectory>();
    zhida_ = std::make_unique<Standalone>(files_->path(), std::vector<std::string>{"--processes", "2"});
    flow::publish(*zhida_, flow::settled_item);
    flow::publish(*zhida_, flow::manual_item);
    flow::put_package(*zhida_);
    supplied_ = flow::sample_enterprises(0, enterprises);
    const Answer upload = flow::upload(*zhida_, "/operator/v1/enterprises", supplied_.lines);
    EXPECT_EQ(flow::last_line(upload.body)["accepted"].GetInt(), enterprises) << upload.body;
  }
  static void TearDownTestSuite() {
    const auto began = Clock::now();
    EXPECT_EQ(zhida_->stop(), 0);
    EXPECT_LT(Clock::now() - began, 15s);
    zhida_.reset();
    files_.reset();
  }

  static const Standalone& zhida() { return *zhida_; }
  static const std::vector<std::string>& usccs() { return supplied_.usccs; }

  static std::string approved(const std::string& title) {
    std::vector<std::string> quoted;
    for (const std::string& uscc : usccs()) quoted.push_back("\"" + uscc + "\"");
    return flow::approved_campaign(zhida(), flow::campaign_body(title, fmt::format(R"({{"list":[{}]}})", fmt::join(quoted, ","))));
  }

  /// Asks until somebody answers: a process may be missing for a moment.
  static Answer patient(const std::function<Answer()>& ask) {
    std::optional<Answer> answer;
    EXPECT_TRUE(eventually([&] {
      try {
        answer = ask();
        return answer->status < 500;
      } catch (const boost::system::system_error&) {
        return false;
      }
    }));
    return std::move(*answer);
  }

  /// Launches and, once it is under way, calls `fault`; then every enterprise must have its intent exactly once, delivered.
  static void expect_exact(const std::string& title, const std::function<void()>& fault) {
    const std::string id = approved(title);
    const Answer launched = patient([&] { return zhida().post("/operator/v1/campaigns/" + id + "/launch", "operator"); });
    ASSERT_LT(launched.status, 300) << launched.body;
    fault();
    const auto began = Clock::now();
    ASSERT_TRUE(eventually(
        [&] {
          try {
            return flow::completed(zhida(), id);
          } catch (const boost::system::system_error&) {
            return false;
          }
        },
        60s))
        << title;
    RecordProperty("completed_ms", static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - began).count()));
    const Answer funnel = patient([&] { return zhida().get("/effect/v1/campaigns/" + id + "/funnel", "analyst"); });
    EXPECT_EQ(funnel.at("audience").GetInt(), enterprises) << title << funnel.body;
    EXPECT_EQ(funnel.at("by_state", "delivered").GetInt(), enterprises) << title << funnel.body;
    for (std::size_t i = 0; i < usccs().size(); i += 97) {
      const Answer inbox = patient([&] { return zhida().get("/page/v1/enterprises/" + usccs()[i] + "/inbox?limit=100", "page"); });
      const std::vector<std::string> entries = flow::inbox_of(inbox);
      EXPECT_EQ(std::ranges::count_if(entries, [&](const std::string& entry) { return entry.starts_with(id + "."); }), 1) << inbox.body;
    }
  }

 private:
  static inline std::unique_ptr<test::TemporaryDirectory> files_;
  static inline std::unique_ptr<Standalone> zhida_;
  static inline flow::Enterprises supplied_;
};

TEST_F(Cluster, SaysWhatRunsWhere) {
  const rapidjson::Document described = read_json(zhida().directory() / "cluster.json");
  ASSERT_TRUE(described.IsObject());
  EXPECT_TRUE(text(described["brokers"]).starts_with("127.0.0.1:"));
  EXPECT_TRUE(text(described["redis"]).starts_with("unix:"));
  for (const std::string service : {"operator", "matcher", "dispatcher", "page", "effect"})
    for (const std::string& name : {service, service + "-2"}) {
      ASSERT_TRUE(described["services"].HasMember(name.c_str())) << name;
      EXPECT_GT(described["services"][name.c_str()]["pid"].GetInt(), 0);
      EXPECT_GT(described["services"][name.c_str()]["port"].GetInt(), 0);
    }
}

TEST_F(Cluster, DeliversACampaignExactlyOnce) {
  expect_exact("平静", [] {});
}

TEST_F(Cluster, GoesOnWhenAnyServiceIsKilled) {
  for (const std::string service :
       {"matcher", "matcher-2", "dispatcher", "dispatcher-2", "effect", "effect-2", "operator", "operator-2", "page", "page-2", "gateway"})
    expect_exact(service, [&] {
      const pid_t pid = pid_of(zhida(), service);
      ASSERT_GT(pid, 0);
      ASSERT_EQ(::kill(pid, SIGKILL), 0);
      EXPECT_TRUE(eventually([&] {
        const pid_t now = pid_of(zhida(), service);
        return now != 0 && now != pid;
      })) << service
          << " was not started again";
    });
}

TEST_F(Cluster, AFrozenServiceIsTakenOverAndItsLateRecordsChangeNothing) {
  for (const std::string service : {"matcher", "dispatcher", "effect", "operator"}) {
    const pid_t pid = pid_of(zhida(), service);
    ASSERT_GT(pid, 0);
    expect_exact("冻结" + service, [&] { ASSERT_EQ(::kill(pid, SIGSTOP), 0); });
    ASSERT_EQ(::kill(pid, SIGCONT), 0);
  }
  expect_exact("解冻", [] {});
}

TEST_F(Cluster, HealsWhenRedisIsLost) {
  const rapidjson::Document described = read_json(zhida().directory() / "cluster.json");
  const pid_t redis = described["children"]["redis"].GetInt();
  expect_exact("Redis", [&] { ASSERT_EQ(::kill(redis, SIGKILL), 0); });
  const std::string socket = text(described["redis"]).substr(std::string("unix:").size());
  expect_exact("重建", [&] { ASSERT_EQ(std::system(("redis-cli -s '" + socket + "' del 'zhida:{1}:deliveries' >/dev/null").c_str()), 0); });
  expect_exact("清空", [&] { ASSERT_EQ(std::system(("redis-cli -s '" + socket + "' flushall >/dev/null").c_str()), 0); });
}

TEST_F(Cluster, GoesOnWhenTheBrokerIsKilled) {
  const rapidjson::Document described = read_json(zhida().directory() / "cluster.json");
  expect_exact("Broker", [&] { ASSERT_EQ(::kill(described["children"]["broker"].GetInt(), SIGKILL), 0); });
}

TEST_F(Cluster, DrainsInTenSecondsWhileTheBrokerIsSilent) {
  const pid_t broker = read_json(zhida().directory() / "cluster.json")["children"]["broker"].GetInt();
  expect_exact("沉默", [&] {
    ASSERT_EQ(::kill(broker, SIGSTOP), 0);
    std::this_thread::sleep_for(3s);  // so that appends and questions wait for it
    std::map<std::string, pid_t> asked;
    for (const std::string service : {"matcher", "dispatcher", "effect", "operator", "page"})
      for (const std::string& process : {service, service + "-2"}) {
        asked[process] = pid_of(zhida(), process);
        EXPECT_EQ(::kill(asked[process], SIGTERM), 0) << process;
      }
    EXPECT_TRUE(eventually(
        [&] {
          std::erase_if(asked, [](const auto& process) { return ::kill(process.second, 0) != 0; });
          return asked.empty();
        },
        10s));
    for (const auto& [process, pid] : asked) ADD_FAILURE() << process << " did not drain in ten seconds";
    ASSERT_EQ(::kill(broker, SIGCONT), 0);
  });
}

/// As an update does it, whose program keeps its state in another form.
TEST_F(Cluster, IsRolledServiceByServiceToAProgramThatFoldsAnew) {
  const std::string socket = text(read_json(zhida().directory() / "cluster.json")["redis"]).substr(std::string("unix:").size());
  const std::string of_another_form = "redis() { redis-cli -s '" + socket +
                                      "' \"$@\"; };"
                                      "redis keys 'zhida:{*}:deliveries' | while read key; do redis hset $key $(redis hget $key "
                                      "live):layout 4/1024 </dev/null >/dev/null; done";
  const auto roll = [](const std::string& process) {
    const pid_t pid = pid_of(zhida(), process);
    ASSERT_GT(pid, 0) << process;
    ASSERT_EQ(::kill(pid, SIGTERM), 0);
    EXPECT_TRUE(eventually([&] { return ::kill(pid, 0) != 0; }, 10s)) << process << " did not drain in ten seconds";
    EXPECT_TRUE(eventually([&] {
      const pid_t now = pid_of(zhida(), process);
      return now != 0 && now != pid;
    })) << process
        << " was not started again";
  };
  for (const std::string service : {"effect", "matcher", "dispatcher", "page", "operator"})
    expect_exact("滚动" + service, [&] {
      if (service == "effect") {
        ASSERT_EQ(std::system(of_another_form.c_str()), 0);
      }
      roll(service);
      roll(service + "-2");
    });
  expect_exact("滚动gateway", [&] { roll("gateway"); });
  const Answer verified = patient([] { return zhida().post("/effect/v1/verify", "auditor"); });
  EXPECT_TRUE(verified.at("equal").IsTrue()) << verified.body;
}

TEST_F(Cluster, ServesWhatVerifies) {
  const Answer verified = patient([] { return zhida().post("/effect/v1/verify", "auditor"); });
  EXPECT_EQ(verified.status, 200) << verified.body;
  EXPECT_TRUE(verified.at("equal").IsTrue()) << verified.body;
}

TEST_F(Cluster, AnswersForAComparisonThroughWhicheverProcess) {
  const Answer verified = patient([] { return zhida().post("/effect/v1/verify", "auditor"); });
  ASSERT_EQ(verified.status, 200) << verified.body;
  for (int i = 0; i < 8; ++i) {
    const Answer again = patient([&] { return zhida().get("/effect/v1/verify/" + text(verified.at("id")), "auditor"); });
    EXPECT_EQ(again.status, 200) << again.body;
    EXPECT_EQ(again.body, verified.body);
  }
  const Answer unknown = patient([] { return zhida().get("/effect/v1/verify/v0000000000000000", "auditor"); });
  EXPECT_EQ(unknown.status, 404) << unknown.body;
}

}  // namespace
}  // namespace zhida
