// What the machine may do to a running system: a full disk, another program on its files, a Redis that hangs. Requests are told to come
// back, what was acknowledged stays, and everything goes on by itself afterwards.

#include "flow/story.hpp"
#include "platform/log/sqlite.hpp"
#include "support/standalone.hpp"
#include "support/temporary_directory.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/resource.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <set>
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

class Faults : public testing::Test {
 protected:
  Faults() : zhida_(files_.path()) {
    flow::publish(zhida_, flow::settled_item);
    flow::publish(zhida_, flow::manual_item);
    flow::put_package(zhida_);
    supplied_ = flow::sample_enterprises(0, 50);
    EXPECT_EQ(flow::last_line(flow::upload(zhida_, "/operator/v1/enterprises", supplied_.lines).body)["accepted"].GetInt(), 50);
    pushed_ = flow::approved_campaign(zhida_, flow::campaign_body("先", R"({"rule":"true"})"));
    flow::run_campaign(zhida_, pushed_);
  }

  const std::string& uscc(std::size_t index) const { return supplied_.usccs[index]; }
  Answer inbox(std::size_t index) const { return zhida_.get("/page/v1/enterprises/" + uscc(index) + "/inbox", "page"); }
  Answer profile(std::size_t index) const { return zhida_.get("/operator/v1/enterprises/" + uscc(index), "data_centre"); }

  /// Says that enterprise `index` has so many employees, as of today.
  Answer say(std::size_t index, int employees) const {
    return zhida_.ask(http::Verb::patch, "/operator/v1/enterprises/" + uscc(index), "data_centre",
                      fmt::format(R"({{"name":"{}","attributes":{{"employees":{{"value":{},"source":"人社局","as_of":"{}"}}}}}})",
                                  std::string(500, 'n'), employees, flow::today_text()));
  }

  static void expect_come_back(const Answer& answer, const char* what) {
    EXPECT_EQ(answer.status, 503) << what << ": " << answer.body;
    EXPECT_FALSE(answer.headers.get("Retry-After").empty()) << what;
  }

  void expect_all_is_well() {
    EXPECT_TRUE(eventually([&] { return zhida_.get("/readyz", "").status == 200; }));
    const std::string id = flow::approved_campaign(zhida_, flow::campaign_body("后", R"({"rule":"true"})"));
    flow::run_campaign(zhida_, id);
    EXPECT_EQ(zhida_.get("/operator/v1/campaigns/" + id, "operator").at("progress", "by_state", "delivered").GetInt(), 50);
    EXPECT_EQ(inbox(0).at("items").Size(), 2U);
    const Answer verified = zhida_.post("/effect/v1/verify", "auditor");
    EXPECT_TRUE(verified.at("equal").IsBool() && verified.at("equal").GetBool()) << verified.body;
  }

  test::TemporaryDirectory files_;
  Standalone zhida_;
  flow::Enterprises supplied_;
  std::string pushed_;
};

/// No file of the process may grow beyond: to SQLite a full disk.
void limit_files(pid_t pid, rlim_t bytes) {
  rlimit limit{};
  ASSERT_EQ(::prlimit(pid, RLIMIT_FSIZE, nullptr, &limit), 0);
  limit.rlim_cur = bytes;
  ASSERT_EQ(::prlimit(pid, RLIMIT_FSIZE, &limit, nullptr), 0);
}

TEST_F(Faults, AFullDiskLosesNothingAcknowledged) {
  std::set<int> acknowledged;
  int refused = 0;
  for (int i = 0; i < 30; ++i) {
    if (i == 5) limit_files(zhida_.pid(), 32U << 10U);
    if (i == 20) limit_files(zhida_.pid(), RLIM_INFINITY);
    const auto index = static_cast<std::size_t>(i);
    const Answer answer = say(index, 1'000 + i);
    if (answer.status == 200) {
      acknowledged.insert(i);
      continue;
    }
    ++refused;
    expect_come_back(answer, "a patch");
    EXPECT_EQ(inbox(0).at("items").Size(), 1U) << "reads go on";
  }
  EXPECT_GT(refused, 10);
  EXPECT_TRUE(acknowledged.contains(4) && acknowledged.contains(29)) << "before and after";

  limit_files(zhida_.pid(), 32U << 10U);
  const flow::Enterprises more = flow::sample_enterprises(1'000, 200);
  const Answer bulk = flow::upload(zhida_, "/operator/v1/enterprises", more.lines);
  EXPECT_EQ(flow::last_line(bulk.body)["durable"].GetInt(), 0) << bulk.body;
  EXPECT_EQ(flow::last_line(bulk.body)["refused"].GetInt(), 200);
  EXPECT_THAT(bulk.body, testing::HasSubstr("urn:zhida:problem:unavailable"));
  expect_come_back(zhida_.post("/operator/v1/campaigns", "operator", flow::campaign_body("满")), "a command");
  const Answer events = zhida_.post(
      "/page/v1/engagements", "page",
      fmt::format(R"({{"events":[{{"id":"e","intent":"{}.1.page.{}","type":"seen","at":"{}"}}]}})", pushed_, uscc(0), flow::now_text()));
  expect_come_back(events, "engagements");
  const Answer click = zhida_.get(text(inbox(0).at("items")[0]["link"]), "");
  EXPECT_EQ(click.status, 302) << "who clicks wants the policy";
  limit_files(zhida_.pid(), RLIM_INFINITY);

  EXPECT_EQ(zhida_.get("/operator/v1/enterprises/" + more.usccs[0], "data_centre").status, 404) << "refused is not written";
  expect_all_is_well();
  EXPECT_EQ(flow::last_line(flow::upload(zhida_, "/operator/v1/enterprises", more.lines).body)["durable"].GetInt(), 200);
  zhida_.kill();
  zhida_.start();
  for (const int i : acknowledged)
    EXPECT_EQ(text(profile(static_cast<std::size_t>(i)).at("attributes", "employees", "value")), std::to_string(1000 + i)) << i;
}

TEST_F(Faults, AnotherProgramThatHoldsTheLogDelaysOrRefusesWritesOnly) {
  log::sqlite::Database other(node::DataDirectory{files_.path()}.log(), 1'000ms);
  other.execute("BEGIN IMMEDIATE");
  const auto began = Clock::now();
  expect_come_back(say(1, 77), "a patch");
  expect_come_back(zhida_.post("/operator/v1/campaigns", "operator", flow::campaign_body("忙")), "a command");
  EXPECT_LT(Clock::now() - began, 15s);
  EXPECT_EQ(inbox(0).at("items").Size(), 1U) << "reads go on";
  EXPECT_EQ(profile(1).status, 200);
  other.execute("ROLLBACK");
  EXPECT_EQ(say(1, 78).status, 200);
  EXPECT_EQ(text(profile(1).at("attributes", "employees", "value")), "78");

  other.execute("BEGIN IMMEDIATE");
  std::thread short_hold([&other] {
    std::this_thread::sleep_for(300ms);
    other.execute("ROLLBACK");
  });
  EXPECT_EQ(say(2, 79).status, 200) << "a moment is waited for";
  short_hold.join();
  expect_all_is_well();
}

TEST_F(Faults, ARedisThatHangsIsGivenUpAndFoundAgain) {
  pid_t redis = 0;
  std::ifstream(files_ / "redis" / "redis.pid") >> redis;
  ASSERT_GT(redis, 0);
  ::kill(redis, SIGSTOP);
  for (int i = 0; i < 3; ++i) {
    const auto asked = Clock::now();
    expect_come_back(inbox(0), "an inbox");
    EXPECT_LT(Clock::now() - asked, 10s) << i;
  }
  const auto asked = Clock::now();
  expect_come_back(zhida_.get("/effect/v1/campaigns/" + pushed_ + "/funnel", "analyst"), "a funnel");
  EXPECT_LT(Clock::now() - asked, 10s);
  EXPECT_EQ(zhida_.get("/healthz", "").status, 200);
  EXPECT_EQ(zhida_.get("/page/v1/enterprises/" + uscc(0) + "/checkup", "page").status, 200) << "needs no Redis";
  EXPECT_EQ(say(3, 80).status, 200) << "needs no Redis";
  ::kill(redis, SIGCONT);
  EXPECT_TRUE(eventually([&] { return inbox(0).status == 200; }));
  expect_all_is_well();
}

}  // namespace
}  // namespace zhida
