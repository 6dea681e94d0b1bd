// What an analyst pulls after a campaign: a funnel whose numbers add up.

#include "flow/story.hpp"
#include "support/standalone.hpp"
#include "support/temporary_directory.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace zhida {
namespace {

using flow::text;
using test::Answer;
using test::eventually;
using test::Standalone;
using testing::HasSubstr;

std::int64_t number(const rapidjson::Value& value) { return value.IsInt64() ? value.GetInt64() : -1; }

TEST(Funnel, AddsUpFromLaunchToConversion) {
  const test::TemporaryDirectory files;
  Standalone zhida(files.path());
  flow::publish(zhida, flow::settled_item);
  flow::publish(zhida, flow::manual_item);
  flow::put_package(zhida);
  const flow::Enterprises supplied = flow::sample_enterprises(0, 40);
  ASSERT_EQ(flow::upload(zhida, "/operator/v1/enterprises", supplied.lines).status, 200);
  std::string list;
  for (int i = 0; i < 10; ++i) list += fmt::format(R"({}"{}")", i == 0 ? "" : ",", supplied.usccs[static_cast<std::size_t>(i)]);
  const std::string id = flow::approved_campaign(zhida, flow::campaign_body("漏斗", "{\"list\":[" + list + "]}"));
  flow::run_campaign(zhida, id);

  const test::HeaderList browser{{"User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"}};
  for (std::size_t i = 0; i < 4; ++i) {  // four see it, the first twice
    const std::string& uscc = supplied.usccs[i];
    for (int n = 0; n < (i == 0 ? 2 : 1); ++n) {
      const std::string event = fmt::format(
          R"({{"events":[{{"id":"i{}-{}","intent":"{}.1.page.{}","item":null,"type":"impression","at":"{}","surface":"home"}}]}})", i, n,
          id, uscc, flow::now_text());
      ASSERT_EQ(zhida.post("/page/v1/engagements", "page", event).status, 202);
      ASSERT_EQ(zhida.post("/page/v1/engagements", "page", event).status, 202) << "repeated";
    }
  }
  for (std::size_t i = 0; i < 2; ++i) {  // two of them click, the first three times
    const std::string link = text(zhida.get("/page/v1/enterprises/" + supplied.usccs[i] + "/inbox", "page").at("items")[0]["link"]);
    for (int n = 0; n < (i == 0 ? 3 : 1); ++n) ASSERT_EQ(zhida.get(link, "", browser).status, 302);
    ASSERT_EQ(zhida.ask(http::Verb::head, link, "", "", browser).status, 302);
  }

  const std::string target = "/effect/v1/campaigns/" + id + "/funnel";
  Answer funnel;
  EXPECT_TRUE(eventually([&] {
    funnel = zhida.get(target, "analyst");
    return number(funnel.at("clicks", "total")) >= 4 && number(funnel.at("impressions", "total")) >= 5;
  })) << funnel.body;
  EXPECT_EQ(number(funnel.at("audience")), 10) << funnel.body;
  EXPECT_EQ(number(funnel.at("by_state", "delivered")), 10);
  EXPECT_EQ(number(funnel.at("delivered")), 10);
  EXPECT_EQ(number(funnel.at("reached")), 4);
  EXPECT_EQ(number(funnel.at("impressions", "total")), 5);
  EXPECT_EQ(number(funnel.at("impressions", "unique")), 4);
  EXPECT_EQ(number(funnel.at("clicks", "total")), 4);
  EXPECT_EQ(number(funnel.at("clicks", "unique")), 2);
  EXPECT_EQ(text(funnel.at("invariants")), "hold");
  ASSERT_TRUE(funnel.at("items").IsArray());
  EXPECT_EQ(funnel.at("items").Size(), 2U);

  const std::string outcome =
      fmt::format(R"({{"id":"o-1","uscc":"{}","item":"{}","version":1,"type":"granted","at":"{}","amount_fen":100000,"source":"税务局"}})",
                  supplied.usccs[0], flow::settled_item, flow::now_text());
  for (int n = 0; n < 2; ++n) {
    const Answer taken = flow::upload(zhida, "/operator/v1/outcomes", outcome);
    ASSERT_EQ(flow::last_line(taken.body)["accepted"].GetInt(), 1) << taken.body;
  }
  EXPECT_EQ(number(zhida.get(target, "analyst").at("conversions")), 1) << zhida.get(target, "analyst").body;

  const Answer rows = zhida.get("/effect/v1/campaigns/" + id + "/intents?format=ndjson", "analyst");
  ASSERT_EQ(rows.status, 200);
  EXPECT_EQ(std::ranges::count(rows.body, '\n'), 10) << rows.body.substr(0, 500);
  const Answer verified = zhida.post("/effect/v1/verify", "auditor");
  ASSERT_EQ(verified.status, 200) << verified.body;
  EXPECT_TRUE(verified.at("equal").IsTrue()) << verified.body;

  const std::string before = zhida.get(target, "analyst").body;
  zhida.kill();
  zhida.start();
  EXPECT_EQ(zhida.get(target, "analyst").body, before) << "the same after a kill";
}

}  // namespace
}  // namespace zhida
