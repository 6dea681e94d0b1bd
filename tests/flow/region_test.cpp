// Keys that are limited to a district or a street.

#include "flow/story.hpp"
#include "support/standalone.hpp"
#include "support/temporary_directory.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <map>
#include <string>

namespace zhida {
namespace {

using flow::text;
using test::Answer;
using test::Standalone;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char* inside = "91310117MA1J0GBX1G";
constexpr const char* outside = "91310117MAY25B008N";
constexpr const char* nowhere = "91310117MBW927D42M";  // nothing is known of where it is
constexpr const char* street = "310117001";

class Region : public testing::Test {
 protected:
  Region() : zhida_(files_.path()) {
    for (const char* role : {"data_centre", "operator", "approver", "page", "analyst"}) {
      std::string key;
      EXPECT_EQ(
          test::run_zhida({"keys", "add", "--data", files_.path().string(), "--role", role, "--bureau", "qfb", "--region", street}, &key),
          0);
      key.erase(key.find_last_not_of("\r\n") + 1);
      keys_[role] = key;
    }
    EXPECT_TRUE(
        test::eventually([&] { return zhida_.get("/effect/v1/metrics?measure=decided&by=campaign", keys_["analyst"]).status == 200; }));
    flow::publish(zhida_, flow::settled_item);
    flow::publish(zhida_, flow::manual_item);
    flow::put_package(zhida_);
    const std::string lines = line(inside, street) + line(outside, "310117002") + fmt::format("{{\"uscc\":\"{}\"}}\n", nowhere);
    EXPECT_EQ(flow::last_line(flow::upload(zhida_, "/operator/v1/enterprises", lines).body)["accepted"].GetInt(), 3);
  }

  static std::string line(const std::string& uscc, const std::string& where) {
    return fmt::format(
        "{{\"uscc\":\"{}\",\"attributes\":{{\"region_street\":{{\"value\":\"{}\",\"source\":\"市场监管局\",\"as_of\":\"2024-01-01\"}},"
        "\"revenue\":{{\"value\":7654321,\"source\":\"税务局\",\"as_of\":\"2024-01-01\"}}}}}}\n",
        uscc, where);
  }

  test::TemporaryDirectory files_;
  Standalone zhida_;
  std::map<std::string, std::string> keys_;
};

TEST_F(Region, HidesEveryEnterpriseThatIsNotKnownToBeInIt) {
  for (const char* hidden : {outside, nowhere}) {
    const std::string of = std::string("/enterprises/") + hidden;
    EXPECT_EQ(zhida_.get("/operator/v1" + of, keys_["data_centre"]).status, 404);
    EXPECT_EQ(zhida_.get("/operator/v1" + of + "/timeline", keys_["operator"]).status, 404);
    EXPECT_EQ(zhida_.get("/page/v1" + of + "/inbox", keys_["page"]).status, 404);
    EXPECT_EQ(zhida_.get("/page/v1" + of + "/checkup", keys_["page"]).status, 404);
    EXPECT_EQ(zhida_.get(std::string("/page/v1/policies?fits=") + hidden, keys_["page"]).status, 404);
    EXPECT_EQ(zhida_.ask(http::Verb::patch, "/operator/v1" + of, keys_["data_centre"], R"({"attributes":{}})").status, 404);
  }
  EXPECT_EQ(zhida_.get(std::string("/operator/v1/enterprises/") + inside, keys_["data_centre"]).status, 200);
  EXPECT_EQ(zhida_.get(std::string("/page/v1/policies?fits=") + inside, keys_["page"]).status, 200);
}

TEST_F(Region, TakesNoLineAboutOthers) {
  const test::HeaderList type{{"Content-Type", "application/x-ndjson"}};
  const auto taken = [&](const std::string& target, const std::string& role, const std::string& lines) {
    const Answer answer = zhida_.post(target, keys_[role], lines, type);
    const rapidjson::Document last = flow::last_line(answer.body);
    EXPECT_THAT(answer.body, HasSubstr("\"line\":2")) << target;
    EXPECT_THAT(answer.body, Not(HasSubstr("\"line\":1,"))) << target;
    return last["accepted"].GetInt();
  };
  EXPECT_EQ(taken("/operator/v1/enterprises", "data_centre", fmt::format("{{\"uscc\":\"{}\"}}\n{{\"uscc\":\"{}\"}}\n", inside, outside)),
            1);
  std::string determinations, outcomes;
  for (const char* uscc : {inside, outside}) {
    determinations += fmt::format(
        "{{\"uscc\":\"{}\",\"condition\":\"quality_project_supported\",\"value\":true,\"decided_by\":\"局\",\"as_of\":\"2024-05-01\","
        "\"basis\":\"公示\"}}\n",
        uscc);
    outcomes += fmt::format("{{\"id\":\"o-{0}\",\"uscc\":\"{0}\",\"item\":\"{1}\",\"type\":\"applied\",\"at\":\"{2}\"}}\n", uscc,
                            flow::settled_item, flow::now_text());
  }
  EXPECT_EQ(taken("/operator/v1/determinations", "operator", determinations), 1);
  EXPECT_EQ(taken("/operator/v1/outcomes", "data_centre", outcomes), 1);
}

TEST_F(Region, BoundsPreviewsCampaignsAndExports) {
  const Answer preview = zhida_.post("/operator/v1/rules/audience", keys_["operator"], R"({"rule":"p.revenue > 0","sample":10})");
  EXPECT_EQ(preview.at("eligible").GetInt(), 1) << preview.body;
  EXPECT_EQ(preview.at("unknown").GetInt(), 0) << preview.body;
  EXPECT_EQ(zhida_.post("/operator/v1/rules/audience", "operator", R"({"rule":"p.revenue > 0"})").at("eligible").GetInt(), 2);

  const auto entering = [&](const std::string& key) {
    const Answer impact = zhida_.post("/operator/v1/rules/impact", key, R"({"old":"false","new":"p.revenue > 0"})");
    EXPECT_EQ(impact.status, 200) << impact.body;
    return impact.body;
  };
  EXPECT_THAT(entering(keys_["operator"]), AllOf(HasSubstr(inside), Not(HasSubstr(outside)), HasSubstr(R"("entered":{"count":1,)")));
  EXPECT_THAT(entering("operator"), AllOf(HasSubstr(inside), HasSubstr(outside), HasSubstr(R"("entered":{"count":2,)")));

  const std::string body = flow::campaign_body("本街镇", R"({"rule":"p.revenue > 0"})");
  const Answer made = zhida_.post("/operator/v1/campaigns", keys_["operator"], body);
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_THAT(text(made.at("audience")), HasSubstr("p.region_street")) << "what is approved names the region";
  const std::string target = "/operator/v1/campaigns/" + text(made.at("id"));
  const Answer edited = zhida_.put(target, keys_["operator"], body, {{"If-Match", "\"1\""}});
  ASSERT_EQ(edited.status, 200) << edited.body;
  EXPECT_EQ(text(edited.at("audience")), text(made.at("audience")));
  ASSERT_EQ(zhida_.post(target + "/submit", keys_["operator"]).status, 200);
  const std::string approval = fmt::format(R"({{"content_hash":"{}"}})", text(edited.at("content_hash")));
  ASSERT_EQ(zhida_.post(target + "/approve", keys_["approver"], approval).status, 200);
  flow::run_campaign(zhida_, text(made.at("id")));
  EXPECT_EQ(zhida_.get(target, "operator").at("progress", "audience").GetInt(), 1);

  const std::string everybody = flow::approved_campaign(zhida_, flow::campaign_body("全体", R"({"rule":"p.revenue > 0"})"));
  const Answer refused = zhida_.post("/operator/v1/campaigns/" + everybody + "/launch", keys_["operator"]);
  EXPECT_EQ(refused.status, 403) << refused.body;
  flow::run_campaign(zhida_, everybody);
  const std::string rows = zhida_.get("/effect/v1/campaigns/" + everybody + "/intents", keys_["analyst"]).body;
  EXPECT_THAT(rows, HasSubstr(inside));
  EXPECT_THAT(rows, Not(HasSubstr(outside)));
  EXPECT_THAT(zhida_.get("/effect/v1/campaigns/" + everybody + "/intents", "analyst").body, HasSubstr(outside));

  const auto seen = [&](const std::string& uscc) {
    return zhida_.post("/page/v1/engagements", keys_["page"],
                       fmt::format(R"({{"events":[{{"id":"s-{0}","intent":"{1}.1.page.{0}","type":"seen","at":"{2}"}}]}})", uscc, everybody,
                                   flow::now_text()));
  };
  EXPECT_EQ(seen(inside).at("accepted").GetInt(), 1);
  EXPECT_EQ(seen(outside).at("accepted").GetInt(), 0);
}

TEST_F(Region, IsNotWhatHidesSensitiveValues) {
  const std::string id = flow::approved_campaign(zhida_, flow::campaign_body("营收", R"({"rule":"p.revenue > 0"})"));
  flow::run_campaign(zhida_, id);
  const std::string value = "7654321";
  const std::string timeline = std::string("/operator/v1/enterprises/") + inside + "/timeline";
  EXPECT_THAT(zhida_.get(timeline, "operator").body, HasSubstr(R"("revenue":null)"));
  EXPECT_THAT(zhida_.get(timeline, "operator").body, Not(HasSubstr(value)));
  EXPECT_THAT(zhida_.get(timeline, "auditor").body, HasSubstr(value));
  for (const char* format : {"ndjson", "csv"}) {
    const std::string rows = "/effect/v1/campaigns/" + id + "/intents?format=" + format;
    EXPECT_THAT(zhida_.get(rows, "analyst").body, Not(HasSubstr(value))) << format;
    EXPECT_THAT(zhida_.get(rows, "admin").body, HasSubstr(value)) << format;
  }
  ASSERT_EQ(zhida_.put("/operator/v1/items/rich", "operator", R"({"title":"营收","rule":"p.revenue > 9000000","mode":"apply"})").status,
            201);
  ASSERT_EQ(zhida_.post("/operator/v1/items/rich/publish", "approver").status, 200);
  const std::string checkup = std::string("/page/v1/enterprises/") + inside + "/checkup";
  for (const std::string& target : {checkup, checkup + "/rich"}) {
    EXPECT_THAT(zhida_.get(target, "page").body, HasSubstr(value)) << "its own page";
    const std::string shown = zhida_.get(target, "operator").body;
    EXPECT_THAT(shown, Not(HasSubstr(value)));
    EXPECT_THAT(shown, HasSubstr(R"("masked":true)"));
  }
  EXPECT_THAT(zhida_.get(std::string("/operator/v1/enterprises/") + inside, "data_centre").body, HasSubstr(value));
  std::ifstream file(files_ / "zhida.log");
  const std::string log(std::istreambuf_iterator<char>(file), {});
  EXPECT_THAT(log, HasSubstr("command.decided"));
  EXPECT_THAT(log, Not(HasSubstr(value))) << "logs say no values to anybody";
}

}  // namespace
}  // namespace zhida
