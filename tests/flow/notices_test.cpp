// Campaigns about documents, and campaigns that cannot go on.

#include "contracts/catalog/catalog_event.hpp"
#include "flow/story.hpp"
#include "platform/log/sqlite_log.hpp"
#include "stores/topic_layout.hpp"
#include "support/run_coroutine.hpp"
#include "support/standalone.hpp"
#include "support/temporary_directory.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace zhida {
namespace {

using flow::text;
using test::Answer;
using test::eventually;
using test::Standalone;
using testing::HasSubstr;

constexpr const char* source = "https://www.songjiang.gov.cn/notice.html";

class Notices : public testing::Test {
 protected:
  Notices() : zhida_(files_.path()) {
    supplied_ = flow::sample_enterprises(0, 40);
    EXPECT_EQ(flow::last_line(flow::upload(zhida_, "/operator/v1/enterprises", supplied_.lines).body)["accepted"].GetInt(), 40);
  }

  /// Documents `notice` and `chart`, and the package `pkg-notice` of them.
  void put_notice(const std::string& disclosure = "proactive") {
    for (const char* id : {"notice", "chart"})
      EXPECT_EQ(zhida_
                    .put(fmt::format("/operator/v1/documents/{}", id), "operator",
                         fmt::format(R"({{"title":"《{}》","level":"district","region":"310117","disclosure":"{}","source":"{}"}})", id,
                                     disclosure, source))
                    .status,
                201);
    EXPECT_EQ(
        zhida_
            .put(
                "/operator/v1/packages/pkg-notice", "operator",
                R"({"title":"政策通知","kind":"notice","contents":[{"type":"document","id":"notice"},{"type":"interpretation","id":"chart"}]})")
            .status,
        201);
  }

  static std::string body(const std::string& package, const std::string& audience, const std::string& at = "null") {
    return fmt::format(R"({{"title":"通知","package":"{}","audience":{},"channels":["page"],"schedule":{{"at":{},"trigger":"once"}},)"
                       R"("valid_until":"2035-12-31"}})",
                       package, audience, at);
  }

  Answer campaign(const std::string& id) const { return zhida_.get("/operator/v1/campaigns/" + id, "operator"); }

  test::TemporaryDirectory files_;
  Standalone zhida_;
  flow::Enterprises supplied_;
};

TEST_F(Notices, ReachWhoeverTheRuleNamesWithoutAnyItem) {
  put_notice();
  const std::string id = flow::approved_campaign(zhida_, body("pkg-notice", R"({"rule":"p.region_district == \"310117\""})"));
  flow::run_campaign(zhida_, id);
  const Answer done = campaign(id);
  const std::int64_t audience = done.at("progress", "audience").GetInt64();
  EXPECT_GT(audience, 10);
  EXPECT_EQ(done.at("progress", "by_state", "delivered").GetInt64(), audience) << done.body;

  const auto intents = flow::intents_of(zhida_, supplied_.usccs);
  ASSERT_EQ(static_cast<std::int64_t>(intents.size()), audience);
  const std::string& intent = intents.begin()->first;
  const std::string uscc = intent.substr(intent.rfind('.') + 1);
  const Answer inbox = zhida_.get("/page/v1/enterprises/" + uscc + "/inbox", "page");
  ASSERT_EQ(inbox.at("items").Size(), 1U) << inbox.body;
  const auto& entry = inbox.at("items")[0];
  EXPECT_EQ(entry["items"].Size(), 0U);
  EXPECT_EQ(text(entry["documents"][0]["id"]), "notice");
  EXPECT_EQ(text(entry["documents"][1]["type"]), "interpretation");
  const Answer click = zhida_.get(text(entry["link"]), "");
  EXPECT_EQ(click.status, 302);
  EXPECT_EQ(click.headers.get("Location"), source);

  const Answer funnel = zhida_.get("/effect/v1/campaigns/" + id + "/funnel", "analyst");
  EXPECT_EQ(funnel.at("delivered").GetInt64(), audience) << funnel.body;
  EXPECT_EQ(funnel.at("items").Size(), 0U);
  EXPECT_EQ(text(funnel.at("invariants")), "hold");
  const Answer rows = zhida_.get("/effect/v1/campaigns/" + id + "/intents", "analyst");
  EXPECT_EQ(std::count(rows.body.begin(), rows.body.end(), '\n'), audience);
  EXPECT_TRUE(zhida_.post("/effect/v1/verify", "auditor").at("equal").GetBool());
}

TEST_F(Notices, CannotAskForEntitlementToNoItem) {
  put_notice();
  const Answer made = zhida_.post("/operator/v1/campaigns", "operator", body("pkg-notice", R"({"eligible_for":"any"})"));
  ASSERT_EQ(made.status, 201) << made.body;
  const Answer submitted = zhida_.post("/operator/v1/campaigns/" + text(made.at("id")) + "/submit", "operator");
  EXPECT_EQ(submitted.status, 422);
  EXPECT_EQ(text(submitted.at("errors")[0]["pointer"]), "/audience") << submitted.body;
  EXPECT_EQ(text(campaign(text(made.at("id"))).at("state")), "draft");
}

TEST_F(Notices, AreNeverAboutWhatIsNotDisclosed) {
  put_notice("on_request");
  const Answer made = zhida_.post("/operator/v1/campaigns", "operator", body("pkg-notice", R"({"rule":"true"})"));
  const Answer submitted = zhida_.post("/operator/v1/campaigns/" + text(made.at("id")) + "/submit", "operator");
  EXPECT_EQ(submitted.status, 422);
  EXPECT_THAT(submitted.body, HasSubstr("notice"));
}

TEST_F(Notices, FailWithAReasonWhenTheirStartIsRefused) {
  flow::publish(zhida_, flow::settled_item);
  EXPECT_EQ(
      zhida_.put("/operator/v1/packages/one", "operator", fmt::format(R"({{"title":"包","items":["{}"]}})", flow::settled_item)).status,
      201);
  const std::string at =
      domain::format_instant(std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()) + std::chrono::seconds(2));
  const std::string id = flow::approved_campaign(zhida_, body("one", R"({"rule":"true"})", "\"" + at + "\""));
  EXPECT_EQ(text(campaign(id).at("state")), "scheduled");
  ASSERT_EQ(zhida_.post("/operator/v1/items/" + flow::settled_item + "/withdraw", "operator").status, 200);
  EXPECT_TRUE(eventually([&] { return text(campaign(id).at("state")) == "failed"; })) << campaign(id).body;
  EXPECT_THAT(text(campaign(id).at("reason")), HasSubstr("item " + flow::settled_item + " is withdrawn"));
  // The audit follows what it is about.
  const auto is_audited = [&] {
    return zhida_.get("/operator/v1/audit?limit=1000", "auditor").body.find("campaign.fail") != std::string::npos;
  };
  EXPECT_TRUE(eventually(is_audited));
}

/// Appends to the log of a system that is not running: `campaign` as running, with content of which the catalogue knows nothing.
void corrupt(const std::filesystem::path& log_file, const std::string& campaign) {
  boost::asio::io_context io(1);
  log::SqliteLog log(io.get_executor(), log_file, stores::topic_layout(4));
  const auto body = [&]() -> boost::asio::awaitable<void> {
    const auto range = co_await log.range("catalog", 0);
    contracts::CatalogEvent last;
    for (log::Offset next = 0; next < range->end;) {
      const auto batch = co_await log.read("catalog", 0, next, log::ReadLimits());
      for (const log::RecordPtr& record : batch->records) {
        auto event = contracts::catalog_event_from_json(record->event.type, record->value);
        if (event.has_value() && event->entity == campaign) last = *event;
      }
      next = batch->next;
    }
    auto& changed = std::get<contracts::CampaignChanged>(last.outcome).campaign;
    changed.state = campaign::State::running;
    changed.package.contents.push_back({policy::ContentType::item, "never-heard-of", 7, std::string(64, 'a')});
    changed.revision = ++last.revision;
    last.command = "elsewhere";
    std::vector<log::NewRecord> records(1);
    records[0].topic = "catalog";
    records[0].key = last.key();
    records[0].value = contracts::to_json(last);
    records[0].event.id = "elsewhere/outcome";
    records[0].event.type = std::string(contracts::type_of(last));
    records[0].event.source = "/test";
    records[0].event.time_ms = last.at.time_since_epoch().count();
    const auto appended = co_await log.append(std::move(records));
    EXPECT_TRUE(appended.has_value());
  };
  test::run_coroutine(io, body());
}

TEST_F(Notices, FailWithAReasonWhenTheyCannotBeDecided) {
  put_notice();
  const std::string id = flow::approved_campaign(zhida_, body("pkg-notice", R"({"rule":"true"})"));
  ASSERT_EQ(zhida_.stop(), 0);
  corrupt(node::DataDirectory{files_.path()}.log(), id);
  zhida_.start();
  EXPECT_TRUE(eventually([&] { return text(campaign(id).at("state")) == "failed"; })) << campaign(id).body;
  EXPECT_THAT(text(campaign(id).at("reason")), HasSubstr("never-heard-of"));
  EXPECT_EQ(zhida_.post("/operator/v1/campaigns/" + id + "/resume", "operator").status, 409);
}

}  // namespace
}  // namespace zhida
