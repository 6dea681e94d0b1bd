// A rule as its writers see it: as CEL, as a sentence and as a tree; one item's rule told beside it.

#include "flow/story.hpp"
#include "support/standalone.hpp"
#include "support/temporary_directory.hpp"

#include <gtest/gtest.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <memory>
#include <string>

namespace zhida {
namespace {

using flow::text;
using test::Answer;
using test::Standalone;

std::string json_of(const rapidjson::Value& value) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  value.Accept(writer);
  return buffer.GetString();
}

class RuleCheck : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    files_ = std::make_unique<test::TemporaryDirectory>();
    zhida_ = std::make_unique<Standalone>(files_->path());
    flow::publish(*zhida_, flow::settled_item);
  }
  static void TearDownTestSuite() {
    zhida_.reset();
    files_.reset();
  }
  static Answer check(const std::string& body) { return zhida_->post("/operator/v1/rules/check", "operator", body); }

  static std::unique_ptr<test::TemporaryDirectory> files_;
  static std::unique_ptr<Standalone> zhida_;
};

std::unique_ptr<test::TemporaryDirectory> RuleCheck::files_;
std::unique_ptr<Standalone> RuleCheck::zhida_;

TEST_F(RuleCheck, TellsTheRuleAndEachConditionInChinese) {
  const Answer answer = check(R"({"rule":"!(p.size_class != \"small\") && p.rd_ratio >= 0.03"})");
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(text(answer.at("text_zh")), "统计划型为小型，且上年度研发费用占营业收入比重不低于3%。");
  EXPECT_EQ(text(answer.at("leaves")[0]["text_zh"]), "统计划型为小型");
  EXPECT_EQ(text(answer.at("normalised")), "p.size_class == \"small\" && p.rd_ratio >= 0.03");
}

TEST_F(RuleCheck, TakesBackTheTreeItGives) {
  const Answer first = check(R"({"rule":"p.qualifications.exists(q, q in [\"hnte\", \"tsme\"]) || p.employees * 2 < 9007199254740993"})");
  ASSERT_EQ(first.status, 200) << first.body;
  const std::string tree = json_of(first.at("tree"));
  const Answer second = check("{\"tree\":" + tree + "}");
  ASSERT_EQ(second.status, 200) << second.body;
  EXPECT_EQ(text(second.at("normalised")), text(first.at("normalised")));
  EXPECT_EQ(json_of(second.at("tree")), tree);
}

TEST_F(RuleCheck, KnowsTheManualConditionsThatItIsTold) {
  const Answer named = check(R"({"rule":"p.employees > 10 || manual.listed","manual":[{"name":"listed","label_zh":"列入名单"}]})");
  ASSERT_EQ(named.status, 200) << named.body;
  EXPECT_NE(text(named.at("text_zh")).find("列入名单"), std::string::npos) << named.body;
  EXPECT_EQ(check(R"({"rule":"p.employees > 10 || manual.listed"})").status, 422);
  EXPECT_EQ(check(R"({"rule":"manual.listed","manual":[{"name":"listed"}]})").status, 422) << "a condition needs its label";
  EXPECT_EQ(
      zhida_->post("/operator/v1/rules/audience", "operator", R"({"rule":"manual.listed","manual":[{"name":"listed","label_zh":"x"}]})")
          .status,
      422)
      << "an audience is decided by facts";
}

TEST_F(RuleCheck, RefusesTreesThatAreNoneOrThatDoNotCheck) {
  for (const std::string body : {R"({"tree":{}})", R"({"tree":[]})", R"({"tree":{"name":"p.employees || true"}})",
                                 R"({"tree":{"name":"p.nope"}})", R"({"rule":"true","tree":{"bool":true}})", R"({})",
                                 R"({"tree":{"op":"<","left":{"name":"p.employees"},"right":{"double":1.5}}})"}) {
    const Answer answer = check(body);
    EXPECT_EQ(answer.status, 422) << body << "\n" << answer.body;
    EXPECT_GT(answer.at("errors").Size(), 0U) << body;
  }
}

TEST_F(RuleCheck, TellsTheRuleOfOneItem) {
  const Answer item = zhida_->get("/operator/v1/items/" + flow::settled_item, "operator");
  ASSERT_EQ(item.status, 200) << item.body;
  EXPECT_TRUE(text(item.at("rule_zh")).ends_with("。")) << item.body;
}

}  // namespace
}  // namespace zhida
