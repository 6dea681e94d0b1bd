// What operators see: metrics, the alerts and the dashboard made of them, and one trace from a request to all that came of it.

#include "contracts/topics.hpp"
#include "flow/story.hpp"
#include "gateway/gateway.hpp"
#include "platform/http/client.hpp"
#include "platform/http/server.hpp"
#include "platform/log/kafka_log.hpp"
#include "platform/log/sqlite_log.hpp"
#include "stores/topic_layout.hpp"
#include "support/child_process.hpp"
#include "support/monitoring.hpp"
#include "support/repository.hpp"
#include "support/run_coroutine.hpp"
#include "support/standalone.hpp"
#include "support/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace zhida {
namespace {

namespace asio = boost::asio;
namespace topics = contracts::topics;
using test::eventually;
using test::Exposed;
using test::objections;
using test::Standalone;

constexpr int partitions = 4;
const std::string trace_id = "4bf92f3577b34da6a3ce929d0e0e4736";

std::string read(const std::filesystem::path& file) {
  std::ifstream stream(file);
  std::ostringstream content;
  content << stream.rdbuf();
  return content.str();
}

std::string read_part(const char* name) { return read(test::repository() / "docker" / name); }

asio::awaitable<void> ask(std::uint16_t port, std::string target, http::ClientResponse& response) {
  http::Client client(co_await asio::this_coro::executor, "127.0.0.1", port, std::chrono::seconds(10));
  http::ClientRequest request(http::Verb::get, std::move(target));
  response = co_await client.send(std::move(request));
}

http::ClientResponse get(std::uint16_t port, const std::string& target) {
  http::ClientResponse response;
  asio::io_context io(1);
  test::run_coroutine(io, ask(port, target, response));
  return response;
}

#ifndef ZHIDA_TEST_CLUSTER
bool answers(std::uint16_t port, const std::string& target) {
  try {
    return !get(port, target).body.empty();
  } catch (const boost::system::system_error&) {
    return false;
  }
}

std::uint16_t free_port() {
  asio::io_context io(1);
  return http::listen(io.get_executor(), "127.0.0.1", 0).local_endpoint().port();
}
#endif

/// The story of one campaign, launched under `trace_id`; read by every test.
class Seeing : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    files_ = std::make_unique<test::TemporaryDirectory>();
    zhida_ = std::make_unique<Standalone>(files_->path());
    flow::publish(*zhida_, flow::settled_item);
    flow::publish(*zhida_, flow::manual_item);
    flow::put_package(*zhida_);
    EXPECT_EQ(flow::upload(*zhida_, "/operator/v1/enterprises", flow::sample_enterprises(0, 200).lines).status, 200);
    campaign_ = flow::approved_campaign(*zhida_, flow::campaign_body("可见"));
    const test::Answer launched = zhida_->post("/operator/v1/campaigns/" + campaign_ + "/launch", "operator", "",
                                               {{"traceparent", "00-" + trace_id + "-00f067aa0ba902b7-01"}});
    EXPECT_LT(launched.status, 300) << launched.body;
    EXPECT_TRUE(eventually([] { return flow::completed(*zhida_, campaign_); }));
#ifndef ZHIDA_TEST_CLUSTER
    start_gateway();
#endif
  }
  static void TearDownTestSuite() {
    gateway_.reset();
    if (zhida_->running()) {
      EXPECT_EQ(zhida_->stop(), 0);
    }
    zhida_.reset();
    files_.reset();
  }

  static const std::filesystem::path& directory() { return zhida_->directory(); }

#ifdef ZHIDA_TEST_CLUSTER
  static std::map<std::string, std::uint16_t> processes() {
    rapidjson::Document described;
    described.Parse(read(directory() / "cluster.json").c_str());
    std::map<std::string, std::uint16_t> found;
    for (const auto& service : described["services"].GetObject())
      found.emplace(service.name.GetString(), static_cast<std::uint16_t>(service.value["port"].GetUint()));
    return found;
  }
  static std::string log_of(const std::string& service) { return read(directory() / "log" / (service + ".log")); }
  static std::unique_ptr<log::EventLog> open_log(asio::io_context& io) {
    rapidjson::Document described;
    described.Parse(read(directory() / "cluster.json").c_str());
    log::KafkaSettings settings;
    settings.brokers = described["brokers"].GetString();
    settings.replication = settings.min_in_sync = 1;
    settings.create_topics = false;
    return std::make_unique<log::KafkaLog>(io.get_executor(), settings, stores::topic_layout(partitions), log::KafkaLog::Report());
  }
#else
  /// A cluster's entry stands before it.
  static void start_gateway() {
    gateway::Settings settings;
    const std::string everything = "127.0.0.1:" + std::to_string(zhida_->port());
    settings.operators = settings.page = settings.effect = everything;
    settings.port = std::to_string(gateway_port_ = free_port());
    settings.metrics_port = std::to_string(metrics_port_ = free_port());
    settings.log_level = "error";
    gateway_ = std::make_unique<test::ChildProcess>([settings] {
      gateway::serve(settings);
      return 0;
    });
    EXPECT_TRUE(eventually([] { return answers(gateway_port_, "/operator/v1/campaigns") && answers(metrics_port_, "/metrics"); }));
  }
  static std::map<std::string, std::uint16_t> processes() { return {{"all", zhida_->port()}, {"gateway", metrics_port_}}; }
  static std::string log_of(const std::string&) { return read(directory() / "zhida.log"); }
  static std::unique_ptr<log::EventLog> open_log(asio::io_context& io) {
    zhida_->stop();  // the file is one process's
    return std::make_unique<log::SqliteLog>(io.get_executor(), node::DataDirectory{directory()}.log(), stores::topic_layout(partitions));
  }
#endif

  /// Everything that all processes show, once the folds have been looked at.
  static const Exposed& exposed() {
    static const Exposed all = [] {
      Exposed seen;
      const auto complete = [&seen] {
        seen.clear();
        for (const auto& [name, port] : processes()) {
          const std::string text = get(port, "/metrics").body;
          for (const std::string& job : name == "all" ? std::vector<std::string>{"operator", "matcher", "dispatcher", "page", "effect"}
                                                      : std::vector<std::string>{name})
            test::add_exposition(seen, text, "zhida-" + job);
        }
        const auto lag = seen.find("zhida_fold_lag_records");  // of one partition after the other
        return lag != seen.end() && lag->second["fold"].size() == 3 && lag->second["partition"].size() == partitions;
      };
      EXPECT_TRUE(eventually(complete));
      return seen;
    }();
    return all;
  }

 private:
  static inline std::unique_ptr<test::TemporaryDirectory> files_;
  static inline std::unique_ptr<Standalone> zhida_;
  static inline std::string campaign_;
  static inline std::unique_ptr<test::ChildProcess> gateway_;  // none beside a cluster, which has its own

#ifndef ZHIDA_TEST_CLUSTER
 protected:
  static inline std::uint16_t gateway_port_ = 0, metrics_port_ = 0;
#endif
};

TEST_F(Seeing, EveryAlertAsksForWhatIsShown) {
  const std::vector<test::Alert> alerts = test::read_alerts(read_part("monitoring/alerts.yaml"));
  EXPECT_GE(alerts.size(), 20U);
  for (const test::Alert& alert : alerts) EXPECT_THAT(objections(alert.expression, exposed()), testing::IsEmpty()) << alert.name;
}

TEST_F(Seeing, EveryAlertSaysWhatToDo) {
  const std::set<std::string> anchors = test::anchors_of(read_part("OPERATIONS.md"));
  std::set<std::string> names;
  for (const test::Alert& alert : test::read_alerts(read_part("monitoring/alerts.yaml"))) {
    EXPECT_TRUE(names.insert(alert.name).second) << alert.name << " stands twice";
    EXPECT_FALSE(alert.hold.empty()) << alert.name;
    ASSERT_TRUE(alert.labels.contains("severity")) << alert.name;
    EXPECT_THAT(alert.labels.at("severity"), testing::AnyOf("critical", "warning")) << alert.name;
    for (const char* const text : {"summary", "description", "runbook"})
      ASSERT_TRUE(alert.annotations.contains(text) && !alert.annotations.at(text).empty()) << alert.name << " has no " << text;
    const std::string& runbook = alert.annotations.at("runbook");
    ASSERT_TRUE(runbook.starts_with("docker/OPERATIONS.md#")) << alert.name;
    EXPECT_TRUE(anchors.contains(runbook.substr(runbook.find('#') + 1))) << runbook << " leads nowhere";
  }
}

TEST_F(Seeing, EveryPanelAsksForWhatIsShown) {
  rapidjson::Document dashboard;
  dashboard.Parse(read_part("monitoring/dashboard.json").c_str());
  ASSERT_FALSE(dashboard.HasParseError());
  std::set<int> ids;
  int expressions = 0;
  for (const auto& panel : dashboard["panels"].GetArray()) {
    EXPECT_TRUE(ids.insert(panel["id"].GetInt()).second) << "two panels have one id";
    if (!panel.HasMember("targets")) continue;
    for (const auto& target : panel["targets"].GetArray()) {
      const std::string expression = target["expr"].GetString();
      ++expressions;
      EXPECT_THAT(objections(expression, exposed()), testing::IsEmpty()) << expression;
    }
  }
  EXPECT_GE(expressions, 30);
  for (const auto& variable : dashboard["templating"]["list"].GetArray()) {
    const std::string query = variable["query"].GetString();
    if (!query.starts_with("label_values(")) continue;
    const std::size_t comma = query.find(", ");
    const std::string metric = query.substr(13, comma - 13), label = query.substr(comma + 2, query.size() - comma - 3);
    ASSERT_TRUE(exposed().contains(metric)) << query;
    EXPECT_TRUE(exposed().at(metric).contains(label)) << query;
  }
}

TEST_F(Seeing, EveryAutoscalerFollowsWhatIsShown) {
  const std::string manifests = read(test::repository() / "k8s/overlays/production/autoscalers.yaml");
  const std::regex metric(R"re(metric: \{name: (\w+)(?:, selector: \{matchLabels: \{(\w+): (\w+)\}\})?\})re");
  int followed = 0;
  for (std::sregex_iterator each(manifests.begin(), manifests.end(), metric), end; each != end; ++each, ++followed) {
    const std::smatch& found = *each;
    const std::string selector = found[2].matched ? "{" + found.str(2) + "=\"" + found.str(3) + "\"}" : "";
    EXPECT_THAT(objections(found.str(1) + selector, exposed()), testing::IsEmpty()) << found.str();
  }
  EXPECT_EQ(followed, 3);
}

#ifndef ZHIDA_TEST_CLUSTER
TEST_F(Seeing, ThePortForMetricsAnswersNothingElse) {
  EXPECT_EQ(get(metrics_port_, "/metrics").status, http::Status::ok);
  for (const char* const target : {"/", "/healthz", "/operator/v1/campaigns", "/c/x"})
    EXPECT_EQ(get(metrics_port_, target).status, http::Status::not_found) << target;
}
#endif

TEST_F(Seeing, AWrongExpressionIsFound) {
  Exposed shown;
  test::add_exposition(shown, "# HELP a b\nzhida_a_total{lane=\"urgent\",partition=\"0\"} 3\nzhida_b 0\n", "zhida-matcher");
  EXPECT_THAT(objections("sum by (lane) (rate(zhida_a_total{lane=\"urgent\"}[5m])) > 1e3", shown), testing::IsEmpty());
  EXPECT_THAT(objections("sum by (job) (zhida_b) and on () zhida_a_total{lane=~\"$lane\"}", shown), testing::IsEmpty());
  EXPECT_THAT(objections("zhida_c > 0", shown), testing::SizeIs(1));
  EXPECT_THAT(objections("zhida_b{lane=\"urgent\"} > 0", shown), testing::SizeIs(1));
  EXPECT_THAT(objections("zhida_a_total{lane=\"bulk\"}", shown), testing::SizeIs(1));
  EXPECT_THAT(objections("zhida_a_total{lane=~\"urgent|bulk\"}", shown), testing::SizeIs(1));
  EXPECT_THAT(objections("zhida_a_total{partition=~\"7.\"}", shown), testing::SizeIs(1));
  EXPECT_THAT(objections("sum by (topic) (zhida_a_total)", shown), testing::SizeIs(1));
  EXPECT_THAT(objections("ratio(zhida_b)", shown), testing::SizeIs(1));
  EXPECT_THAT(objections("up{job=\"zhida-page\"} == 0", shown), testing::SizeIs(1));
  EXPECT_THAT(objections("1 > 0", shown), testing::SizeIs(1));
  EXPECT_THROW(test::read_alerts("groups:\n  - name: x\n    rules:\n      - alert: A\n        when: now\n"), std::runtime_error);
}

TEST_F(Seeing, EveryMetricIsOursAndNamesItsUnit) {
  const std::set<std::string> endings = {"total", "seconds", "bytes", "bucket", "sum", "count"};
  // Numbers of things, and yes or no.
  const std::set<std::string> plain = {"zhida_http_connections",
                                       "zhida_gateway_connections",
                                       "zhida_matcher_deciding",
                                       "zhida_ready",
                                       "zhida_redis_up",
                                       "zhida_log_up",
                                       "zhida_gateway_upstreams_alive",
                                       "zhida_partitions_owned",
                                       "zhida_fold_condition",
                                       "zhida_fold_position",
                                       "zhida_fold_lag_records",
                                       "zhida_profiles_enterprises",
                                       "zhida_commands_undecided",
                                       "zhida_dispatcher_open_intents",
                                       "zhida_verify_different",
                                       "zhida_process_open_files",
                                       "zhida_process_open_files_limit"};
  for (const auto& [name, labels] : exposed()) {
    if (name == "up") continue;
    EXPECT_TRUE(name.starts_with("zhida_")) << name;
    EXPECT_TRUE(plain.contains(name) || endings.contains(name.substr(name.rfind('_') + 1))) << name;
    for (const auto& [label, values] : labels) EXPECT_LT(values.size(), 200U) << name << " by " << label;
  }
}

TEST_F(Seeing, LanesPartitionsAndFoldsAreShown) {
  const auto values = [](const char* metric, const char* label) { return exposed().at(metric).at(label); };
  const std::set<std::string> all = {"0", "1", "2", "3"}, lanes = {"urgent", "normal", "bulk"};
  for (const char* const metric : {"zhida_matcher_intents_total", "zhida_dispatcher_answered_total", "zhida_dispatcher_open_intents",
                                   "zhida_dispatcher_oldest_open_seconds", "zhida_dispatcher_queue_age_seconds"}) {
    EXPECT_EQ(values(metric, "lane"), lanes) << metric;
    EXPECT_EQ(values(metric, "partition"), all) << metric;
  }
  const std::set<std::string> folds = {"catalog", "profiles", "deliveries"};
  for (const char* const metric : {"zhida_fold_lag_records", "zhida_fold_lag_seconds", "zhida_fold_condition", "zhida_fold_position"}) {
    EXPECT_EQ(values(metric, "fold"), folds) << metric;
    EXPECT_EQ(values(metric, "partition"), all) << metric;
  }
  EXPECT_THAT(values("zhida_partitions_owned", "group"), testing::IsSupersetOf({"matcher", "dispatcher", "effect", "operator"}));
}

/// The topics of partition-wise records, in which the trace was found.
asio::awaitable<void> find_trace(log::EventLog& log, std::string topic, int& found, int& other) {
  const bool single = topic == topics::commands || topic == topics::catalog || topic == topics::audit;
  for (std::int32_t partition = 0; partition < (single ? 1 : partitions); ++partition) {
    for (log::Offset next = 0;;) {
      const auto batch = co_await log.read(topic, partition, next, log::ReadLimits());
      if (batch.has_error()) throw boost::system::system_error(batch.error(), topic);
      if (batch->records.empty() && batch->next == next) break;
      next = batch->next;
      for (const log::RecordPtr& record : batch->records) ++(record->event.traceparent.find(trace_id) != std::string::npos ? found : other);
    }
  }
}

// The last: standalone has to be stopped for it.
TEST_F(Seeing, OneTraceLeadsFromTheLaunchToEveryRecordAndLine) {
  for (const char* const service : {"operator", "matcher", "dispatcher"})
    EXPECT_NE(log_of(service).find(trace_id), std::string::npos) << "the log of " << service << " does not name the trace";
  for (const char* const line : {"http.answered", "command.decided", "campaign.partition_decided", "campaign.partition_sending"}) {
    bool named = false;
    for (const char* const service : {"operator", "matcher", "dispatcher"}) {
      std::istringstream lines(log_of(service));
      for (std::string text; std::getline(lines, text);)
        named = named || (text.find(line) != std::string::npos && text.find(trace_id) != std::string::npos);
    }
    EXPECT_TRUE(named) << line;
  }

  asio::io_context io(1);
  const std::unique_ptr<log::EventLog> log = open_log(io);
  for (const std::string_view topic : {topics::commands, topics::catalog, topics::audit}) {
    int found = 0, other = 0;
    test::run_coroutine(io, find_trace(*log, std::string(topic), found, other));
    EXPECT_EQ(found, 1) << topic;  // the launch; everything else was asked for under traces of its own
    EXPECT_GT(other, 0) << topic;
  }
  for (const std::string_view topic : {topics::intents, topics::receipts}) {
    int found = 0, other = 0;
    test::run_coroutine(io, find_trace(*log, std::string(topic), found, other));
    EXPECT_GE(found, partitions) << topic;
    EXPECT_EQ(other, 0) << topic;
  }
}

}  // namespace
}  // namespace zhida
