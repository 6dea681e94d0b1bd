// What a changed rule changes: asked for two rules, and before the draft of an item is published.

#include "flow/story.hpp"
#include "support/standalone.hpp"
#include "support/temporary_directory.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace zhida {
namespace {

using flow::text;
using test::Answer;
using test::Standalone;

constexpr const char* small = "91310117MA1J0GBX1G";    // 12 employees
constexpr const char* large = "91310117MAY25B008N";    // 30
constexpr const char* unknown = "91310117MBW927D42M";  // nothing is known

class Impact : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    files_ = std::make_unique<test::TemporaryDirectory>();
    zhida_ = std::make_unique<Standalone>(files_->path());
    for (const auto& [uscc, attributes] : {std::pair(small, R"("employees":{"value":12,"source":"人社局","as_of":"2024-01-01"})"),
                                           std::pair(large, R"("employees":{"value":30,"source":"人社局","as_of":"2024-01-01"})"),
                                           std::pair(unknown, R"("org_form":{"value":"company","source":"人社局","as_of":"2024-01-01"})")})
      tell(uscc, attributes);
    EXPECT_TRUE(test::eventually([] {
      const Answer answer = impact(R"({"old":"true","new":"true"})");  // 503 while nobody answers for a partition
      return answer.status == 200 && answer.at("moves", "eligible", "eligible").GetInt() == 3;
    }));
  }
  static void TearDownTestSuite() {
    zhida_.reset();
    files_.reset();
  }
  static void tell(const std::string& uscc, const std::string& attributes) {
    const Answer told = zhida_->ask(http::Verb::patch, "/operator/v1/enterprises/" + uscc, "data_centre",
                                    fmt::format(R"({{"attributes":{{{}}}}})", attributes));
    ASSERT_LT(told.status, 300) << told.body;
  }
  static Answer impact(const std::string& body) { return zhida_->post("/operator/v1/rules/impact", "operator", body); }

  static std::unique_ptr<test::TemporaryDirectory> files_;
  static std::unique_ptr<Standalone> zhida_;
};

std::unique_ptr<test::TemporaryDirectory> Impact::files_;
std::unique_ptr<Standalone> Impact::zhida_;

TEST_F(Impact, TellsWhoEntersWhoLeavesWhoBecomesUnknownAndWhy) {
  const Answer answer = impact(R"({"old":"p.employees >= 20","new":"p.employees < 20 && p.is_branch","sample":2})");
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.at("moves", "eligible")["ineligible"].GetInt(), 1);
  EXPECT_EQ(answer.at("moves", "ineligible")["unknown"].GetInt(), 1);
  EXPECT_EQ(answer.at("moves", "unknown")["unknown"].GetInt(), 1);
  EXPECT_EQ(answer.at("entered", "count").GetInt(), 0);
  EXPECT_EQ(text(answer.at("left", "sample")[0]), large);
  EXPECT_EQ(text(answer.at("left", "by")[0]["leaves"][0]), "p.employees < 20");
  EXPECT_EQ(text(answer.at("left", "by")[0]["texts_zh"][0]), "职工人数少于20人");
  EXPECT_EQ(answer.at("became_unknown", "count").GetInt(), 1);
  EXPECT_EQ(text(answer.at("became_unknown", "sample")[0]), small);
  EXPECT_EQ(text(answer.at("became_unknown", "by")[0]["leaves"][0]), "p.is_branch");
  EXPECT_EQ(answer.at("became_unknown", "by")[0]["alone"].GetInt(), 1);
}

TEST_F(Impact, DoesNotBlameAnAlternativeWhereAnotherHolds) {
  const Answer answer =
      impact(R"({"old":"p.employees >= 20","new":"(p.employees > 0 || p.region_street == \"310117107\") && p.is_branch"})");
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.at("left", "count").GetInt(), 1);
  ASSERT_EQ(answer.at("left", "by").Size(), 1U) << answer.body;
  EXPECT_EQ(text(answer.at("left", "by")[0]["leaves"][0]), "p.is_branch");
  EXPECT_EQ(answer.at("left", "by")[0]["alone"].GetInt(), 1);
}

TEST_F(Impact, LooksAtAnotherDate) {
  tell(small, R"("established":{"value":"2022-06-01","source":"市场监管局","as_of":"2024-01-01"})");
  for (const auto& [asof, entered] : {std::pair("2024-05-31", 0), std::pair("2025-06-01", 1)}) {
    const std::string body = fmt::format(R"({{"old":"false","new":"years_since(p.established, asof) >= 3","asof":"{}"}})", asof);
    EXPECT_TRUE(test::eventually([&, wanted = entered] { return impact(body).at("entered", "count").GetInt() == wanted; })) << asof;
    EXPECT_EQ(text(impact(body).at("asof")), asof);
  }
}

TEST_F(Impact, WeighsManualConditionsOfBothRules) {
  const Answer answer = impact(R"({"old":"p.employees >= 0","new":"p.employees >= 0 && manual.listed || manual.known",
                                   "manual":[{"name":"listed","label_zh":"列入名单"},{"name":"known","label_zh":"已认定"}]})");
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.at("moves", "manual")["manual"].GetInt(), 2) << "what the old rule does not name is joined to it";
  EXPECT_EQ(answer.at("moves", "unknown")["manual"].GetInt(), 1) << "an office's answer would do, whatever is not known";
}

TEST_F(Impact, RefusesRulesThatDoNotCheckByTheirNames) {
  const Answer wrong = impact(R"({"old":"true","new":"p.employes > 1"})");
  EXPECT_EQ(wrong.status, 422) << wrong.body;
  EXPECT_EQ(text(wrong.at("errors")[0]["pointer"]), "/new");
  EXPECT_EQ(wrong.at("diagnostics").Size(), 1U);
  for (const char* body : {R"({"old":"true"})", R"({"old":"true","new":"true","sample":1001})", R"({"old":"true","new":"true","asof":"x"})",
                           R"({"old":"true","new":"true","rule":"true"})"})
    EXPECT_EQ(impact(body).status, 422) << body;
}

TEST_F(Impact, IsShownBeforeAnItemIsPublished) {
  flow::publish(*zhida_, flow::settled_item);
  const std::string target = "/operator/v1/items/" + flow::settled_item;
  EXPECT_EQ(zhida_->get(target + "/impact", "approver").status, 409) << "nothing to publish";

  const Answer item = zhida_->get(target, "operator");
  const std::string body = R"({"title":"改","rule":"p.employees >= 20","mode":"apply","manual":[{"name":"listed","label_zh":"列入名单"}]})";
  const Answer drafted = zhida_->put(target, "operator", body, {{"If-Match", fmt::format("\"{}\"", item.at("revision").GetInt())}});
  ASSERT_EQ(drafted.status, 200) << drafted.body;
  const Answer shown = zhida_->get(target + "/impact?sample=1", "approver");
  ASSERT_EQ(shown.status, 200) << shown.body;
  EXPECT_EQ(shown.at("published").GetInt(), 1);
  EXPECT_EQ(shown.at("draft").GetInt(), 2);
  const auto& moves = shown.at("impact", "moves");
  int manual = 0, all = 0;
  for (const auto& from : moves.GetObject())
    for (const auto& to : from.value.GetObject()) {
      all += to.value.GetInt();
      if (std::string(to.name.GetString()) == "manual") manual += to.value.GetInt();
    }
  EXPECT_EQ(all, 3);
  EXPECT_EQ(manual, 1) << "the large one waits for an office's answer now";
  EXPECT_EQ(zhida_->get(target + "/impact?sample=no", "approver").status, 422);
  EXPECT_EQ(zhida_->get(target + "/impact?asof=no", "approver").status, 422);
  EXPECT_EQ(zhida_->get("/operator/v1/items/NONE/impact", "approver").status, 404);
}

}  // namespace
}  // namespace zhida
