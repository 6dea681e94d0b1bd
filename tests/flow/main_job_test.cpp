// The main job, as its users do it: publish, supply, check up, launch, read, click, count.

#include "domain/page/click_limit.hpp"
#include "flow/story.hpp"
#include "node/secrets.hpp"
#include "page/link_signer.hpp"
#include "platform/auth/digest.hpp"
#include "support/standalone.hpp"
#include "support/temporary_directory.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace zhida {
namespace {

using flow::text;
using test::Answer;
using test::eventually;
using test::Standalone;
using testing::HasSubstr;

constexpr int enterprises = 300;

class MainJob : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    files_ = std::make_unique<test::TemporaryDirectory>();
    zhida_ = std::make_unique<Standalone>(files_->path());
    for (const std::string& item : {flow::settled_item, flow::manual_item, flow::closed_item}) flow::publish(*zhida_, item);
    flow::put_package(*zhida_);
    supplied_ = flow::sample_enterprises(0, enterprises);
    const Answer upload = flow::upload(*zhida_, "/operator/v1/enterprises", supplied_.lines);
    EXPECT_EQ(flow::last_line(upload.body)["accepted"].GetInt(), enterprises) << upload.body;
  }
  static void TearDownTestSuite() {
    EXPECT_EQ(zhida_->stop(), 0);
    zhida_.reset();
    files_.reset();
  }

  static const Standalone& zhida() { return *zhida_; }
  static const std::vector<std::string>& usccs() { return supplied_.usccs; }

  static Answer inbox(const std::string& uscc, const std::string& query = "", const test::HeaderList& headers = {}) {
    return zhida().get("/page/v1/enterprises/" + uscc + "/inbox" + query, "page", headers);
  }
  static Answer campaign(const std::string& id) { return zhida().get("/operator/v1/campaigns/" + id, "operator"); }

  /// The element of `items` whose `member` is `wanted`, e.g. one item's entry in a check-up; null if there is none.
  static const rapidjson::Value& entry(const Answer& answer, const std::string& wanted, const char* member = "item") {
    static const rapidjson::Value none;
    if (!answer.at("items").IsArray()) return none;
    for (const auto& candidate : answer.at("items").GetArray())
      if (text(candidate[member]) == wanted) return candidate;
    return none;
  }

 private:
  static inline std::unique_ptr<test::TemporaryDirectory> files_;
  static inline std::unique_ptr<Standalone> zhida_;
  static inline flow::Enterprises supplied_;
};

TEST_F(MainJob, OnlyASecondPersonPublishes) {
  const std::string target = "/operator/v1/items/CN-CIT-HNTE";
  ASSERT_EQ(zhida().put("/operator/v1/documents/CN-CIT-HNTE", "admin", flow::sample_part("CN-CIT-HNTE", "document")).status, 201);
  ASSERT_EQ(zhida().put(target, "admin", flow::sample_part("CN-CIT-HNTE", "item")).status, 201);
  EXPECT_EQ(zhida().post(target + "/publish", "operator").status, 403) << "the role";
  const Answer own = zhida().post(target + "/publish", "admin");
  EXPECT_EQ(own.status, 403) << "the author" << own.body;
  EXPECT_EQ(text(zhida().get(target, "operator").at("state")), "draft");
  EXPECT_EQ(zhida().get("/page/v1/items/CN-CIT-HNTE", "page").status, 404) << "a draft is nobody else's business";
  EXPECT_EQ(zhida().post(target + "/publish", "approver").status, 200);
  EXPECT_EQ(zhida().get("/page/v1/items/CN-CIT-HNTE", "page").status, 200);
  EXPECT_EQ(zhida().post(target + "/withdraw", "operator").status, 200);
}

TEST_F(MainJob, ACheckUpGivesReasons) {
  const std::string uscc = usccs()[1];
  const std::string target = "/operator/v1/enterprises/" + uscc;
  ASSERT_EQ(zhida()
                .ask(http::Verb::patch, target, "data_centre",
                     fmt::format(R"({{"attributes":{{"vat_taxpayer_type":{{"value":"general","source":"税务","as_of":"{0}"}},)"
                                 R"("is_small_low_profit":{{"value":false,"source":"税务","as_of":"{0}"}},)"
                                 R"("org_form":{{"value":"company","source":"市场监管","as_of":"{0}"}},)"
                                 R"("region_district":{{"value":"310117","source":"市场监管","as_of":"{0}"}}}}}})",
                                 flow::today_text()))
                .status,
            200);
  const std::string checkup = "/page/v1/enterprises/" + uscc + "/checkup";
  const Answer now = zhida().get(checkup, "page");
  ASSERT_EQ(now.status, 200) << now.body;

  const auto& settled = entry(now, flow::settled_item);
  EXPECT_EQ(text(settled["verdict"]), "ineligible");
  EXPECT_EQ(text(settled["window"]), "open");
  ASSERT_GT(settled["failing"].Size(), 0U);
  EXPECT_FALSE(text(settled["failing"][0]["label_zh"]).empty());
  const auto& manual = entry(now, flow::manual_item);
  EXPECT_EQ(text(manual["verdict"]), "manual");
  EXPECT_THAT(text(manual["manual"]), HasSubstr("quality_project_supported"));
  EXPECT_EQ(text(entry(now, flow::closed_item)["window"]), "closed");

  const Answer then = zhida().get(checkup + "?asof=2022-12-20", "page");
  EXPECT_EQ(text(then.at("asof")), "2022-12-20");
  EXPECT_EQ(text(entry(then, flow::closed_item)["window"]), "open");
  EXPECT_EQ(text(entry(then, flow::settled_item)["window"]), "not_yet") << "its document holds from 2023";

  const Answer tried = zhida().post(checkup, "page", R"({"answers":{"is_small_low_profit":true}})");
  EXPECT_EQ(text(entry(tried, flow::settled_item)["verdict"]), "eligible");
  EXPECT_EQ(text(entry(zhida().get(checkup, "page"), flow::settled_item)["verdict"]), "ineligible") << "answers are not kept";

  const Answer whole = zhida().get(checkup + "/" + flow::settled_item, "page");
  EXPECT_TRUE(whole.at("tree").IsObject()) << whole.body;
  EXPECT_EQ(zhida().get("/page/v1/enterprises/91310117MA1J0GBX1G/checkup", "page").status, 200) << "nothing known is no error";
}

TEST_F(MainJob, ADeterminationSettlesAManualCondition) {
  const std::string uscc = usccs()[2];
  const std::string line = fmt::format(
      R"({{"uscc":"{}","condition":"quality_project_supported","value":true,"decided_by":"市场监管局","as_of":"2024-05-01","basis":"公示"}})",
      uscc);
  const Answer taken = flow::upload(zhida(), "/operator/v1/determinations", line);
  ASSERT_EQ(flow::last_line(taken.body)["accepted"].GetInt(), 1) << taken.body;
  const Answer checkup = zhida().get("/page/v1/enterprises/" + uscc + "/checkup", "page");
  EXPECT_EQ(text(entry(checkup, flow::manual_item)["verdict"]), "eligible") << checkup.body;
}

TEST_F(MainJob, ApprovalIsOfOneContentBySomeoneElse) {
  const Answer made = zhida().post("/operator/v1/campaigns", "admin", flow::campaign_body("待审"));
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string id = text(made.at("id"));
  const std::string target = "/operator/v1/campaigns/" + id;
  const auto approval = [](const std::string& hash) { return fmt::format(R"({{"content_hash":"{}"}})", hash); };
  const std::string hash = text(made.at("content_hash"));

  EXPECT_EQ(zhida().post(target + "/approve", "approver", approval(hash)).status, 409) << "not submitted";
  EXPECT_EQ(zhida().post(target + "/launch", "operator").status, 409) << "not approved";
  ASSERT_EQ(zhida().post(target + "/submit", "operator").status, 200);
  EXPECT_EQ(zhida().post(target + "/approve", "admin", approval(hash)).status, 403) << "the author";
  EXPECT_EQ(zhida().post(target + "/approve", "approver", approval(std::string(64, '0'))).status, 409) << "another content";
  ASSERT_EQ(zhida().post(target + "/approve", "approver", approval(hash)).status, 200);

  const std::string edited = flow::campaign_body("待审，改过");
  EXPECT_EQ(zhida().put(target, "operator", edited).status, 428);
  EXPECT_EQ(zhida().put(target, "operator", edited, {{"If-Match", "\"99\""}}).status, 412);
  EXPECT_EQ(text(campaign(id).at("state")), "approved");
  const std::string etag(campaign(id).headers.get("ETag"));
  ASSERT_EQ(zhida().put(target, "operator", edited, {{"If-Match", etag}}).status, 200) << etag;
  EXPECT_EQ(text(campaign(id).at("state")), "draft");
  EXPECT_NE(text(campaign(id).at("content_hash")), hash);
  ASSERT_EQ(zhida().post(target + "/submit", "operator").status, 200);
  EXPECT_EQ(zhida().post(target + "/approve", "approver", approval(hash)).status, 409) << "stale";
  EXPECT_EQ(zhida().post(target + "/launch", "operator").status, 409);
}

TEST_F(MainJob, WhoChangesAContentReadsItsCampaignsBackInDraftAtOnce) {
  const auto put = [](const std::string& target, const std::string& body) {
    const Answer there = zhida().get(target, "operator");
    const std::string etag(there.headers.get("ETag"));
    const Answer done =
        there.status == 404 ? zhida().put(target, "operator", body) : zhida().put(target, "operator", body, {{"If-Match", etag}});
    ASSERT_LT(done.status, 300) << done.body;
  };
  const std::string item = "/operator/v1/items/changing", package = "/operator/v1/packages/changing";
  const auto publish = [&](int employees) {
    put(item, fmt::format(R"({{"title":"事项","rule":"p.employees >= {}","mode":"apply"}})", employees));
    ASSERT_EQ(zhida().post(item + "/publish", "approver").status, 200);
  };
  publish(1);
  put(package, R"({"title":"包","items":["changing"]})");
  const std::string body =
      R"({"title":"改动","package":"changing","audience":{"eligible_for":"any"},"channels":["page"],"valid_until":"2035-12-31"})";

  const auto changed_by = [&](const std::string& what, auto change) {
    const std::string id = flow::approved_campaign(zhida(), body), other = flow::approved_campaign(zhida(), flow::campaign_body("不相干"));
    change();
    const Answer read = campaign(id);
    EXPECT_EQ(text(read.at("state")), "draft") << what;
    EXPECT_THAT(text(read.at("reason")), HasSubstr("changed")) << what;
    EXPECT_EQ(text(campaign(other).at("state")), "approved") << what;
  };
  for (int round = 0; round < 3; ++round) {
    changed_by("a package edit", [&] { put(package, fmt::format(R"({{"title":"包{}","items":["changing"]}})", round)); });
    changed_by("a new item version", [&] { publish(2 + round); });
  }
}

TEST_F(MainJob, WhatIsThereIsReplacedByThoseOnlyWhoHaveReadIt) {
  const std::vector<std::pair<std::string, std::string>> made{
      {"/operator/v1/documents/edited", R"({"title":"文件","level":"district","region":"310117"})"},
      {"/operator/v1/items/edited", R"({"title":"事项","rule":"p.employees >= 1","mode":"apply"})"},
      {"/operator/v1/packages/edited", fmt::format(R"({{"title":"包","items":["{}"]}})", flow::settled_item)}};
  for (const auto& [target, body] : made) {
    EXPECT_EQ(zhida().put(target, "operator", body, {{"If-Match", "*"}}).status, 412) << "nothing to replace: " << target;
    ASSERT_EQ(zhida().put(target, "operator", body).status, 201) << target;
    const Answer blind = zhida().put(target, "operator", body);
    EXPECT_EQ(blind.status, 428) << target << blind.body;
    EXPECT_EQ(zhida().put(target, "operator", body, {{"If-Match", "\"2\""}}).status, 412) << target;
    const std::string read(zhida().get(target, "operator").headers.get("ETag"));
    EXPECT_EQ(read, "\"1\"") << target;
    EXPECT_EQ(zhida().put(target, "operator", body, {{"If-Match", read}}).status, 200) << target;
    EXPECT_EQ(zhida().put(target, "operator", body, {{"If-Match", read}}).status, 412) << "changed meanwhile: " << target;
    EXPECT_EQ(zhida().put(target, "operator", body, {{"If-Match", "*"}}).status, 200) << target;
    EXPECT_EQ(zhida().get(target, "operator").headers.get("ETag"), "\"3\"") << target;
  }
}

TEST_F(MainJob, AnIdempotencyKeyMakesOneCampaign) {
  const test::HeaderList key{{"Idempotency-Key", "once"}};
  const std::string body = flow::campaign_body("一次");
  const Answer first = zhida().post("/operator/v1/campaigns", "operator", body, key);
  const Answer again = zhida().post("/operator/v1/campaigns", "operator", body, key);
  EXPECT_EQ(first.status, 201);
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(first.headers.get("Idempotency-Replayed"), "");
  EXPECT_EQ(again.headers.get("Idempotency-Replayed"), "true");
  EXPECT_EQ(zhida().post("/operator/v1/campaigns", "operator", flow::campaign_body("两次"), key).status, 422);
}

TEST_F(MainJob, EveryEnterpriseOfTheAudienceGetsOneIntent) {
  const std::string id = flow::approved_campaign(zhida(), flow::campaign_body("全体", R"({"eligible_for":"any","verdicts":["eligible"]})"));
  std::set<std::string> entitled;
  for (const std::string& uscc : usccs()) {
    const Answer checkup = zhida().get("/page/v1/enterprises/" + uscc + "/checkup", "page");
    if (text(entry(checkup, flow::settled_item)["verdict"]) == "eligible" ||
        text(entry(checkup, flow::manual_item)["verdict"]) == "eligible")
      entitled.insert(id + ".1.page." + uscc);
  }
  ASSERT_GT(entitled.size(), 50U);
  ASSERT_LT(entitled.size(), usccs().size());
  flow::run_campaign(zhida(), id);

  const Answer done = campaign(id);
  const auto audience = static_cast<std::int64_t>(entitled.size());
  EXPECT_EQ(done.at("progress", "audience").GetInt64(), audience);
  EXPECT_EQ(done.at("progress", "decided").GetInt64(), audience);
  std::int64_t states = 0;
  for (const auto& state : done.at("progress", "by_state").GetObject()) states += state.value.GetInt64();
  EXPECT_EQ(states, audience);

  std::set<std::string> decided;
  for (const auto& [intent, state] : flow::intents_of(zhida(), usccs()))
    if (intent.starts_with(id + ".")) decided.insert(intent);
  EXPECT_EQ(decided, entitled);

  const Answer stream = zhida().get("/operator/v1/campaigns/" + id + "/progress", "operator");
  EXPECT_THAT(std::string(stream.headers.get("Content-Type")), HasSubstr("text/event-stream"));
  EXPECT_THAT(stream.body, HasSubstr(fmt::format(R"("audience":{0},"decided":{0})", audience)));
  EXPECT_EQ(zhida().post("/operator/v1/campaigns/" + id + "/launch", "operator").status, 409) << "once for ever";
}

TEST_F(MainJob, APreviewIsWhoTheLaunchWillReach) {
  const std::string known = usccs()[1], unheard_of = flow::sample_enterprises(200'000, 1).usccs.front();
  for (const std::string& audience :
       {std::string(R"({"rule":"p.employees >= 10"})"), std::string(R"({"eligible_for":"any"})"),
        fmt::format(R"({{"list":["{}","{}"]}})", known, unheard_of),
        fmt::format(R"({{"all":[{{"rule":"p.org_form == \"company\""}},{{"list":["{}","{}"]}}]}})", known, unheard_of)}) {
    const Answer made = zhida().post("/operator/v1/campaigns", "operator", flow::campaign_body("预览", audience));
    ASSERT_EQ(made.status, 201) << made.body;
    const Answer preview = zhida().get("/operator/v1/campaigns/" + text(made.at("id")) + "/preview?sample=3", "operator");
    ASSERT_EQ(preview.status, 200) << preview.body;
    EXPECT_EQ(text(preview.at("content_hash")), text(made.at("content_hash")));
    const std::string id = flow::approved_campaign(zhida(), flow::campaign_body("预览后", audience));
    flow::run_campaign(zhida(), id);
    const std::int64_t reached = campaign(id).at("progress", "audience").GetInt64();
    EXPECT_GT(reached, 0) << audience;
    EXPECT_EQ(preview.at("audience").GetInt64(), reached) << audience;
    EXPECT_EQ(preview.at("sample").Size(), std::min<std::size_t>(3, static_cast<std::size_t>(reached)));
    std::int64_t verdicts = 0;
    for (const auto& verdict : preview.at("items")[0]["verdicts"].GetObject()) verdicts += verdict.value.GetInt64();
    EXPECT_EQ(verdicts, reached);
  }
}

TEST_F(MainJob, TheTimelineSaysWhatWasDecidedAndWhy) {
  const std::string uscc = usccs()[1];
  const std::string id = flow::approved_campaign(zhida(), flow::campaign_body("名单", fmt::format(R"({{"list":["{}"]}})", uscc)));
  flow::run_campaign(zhida(), id);
  EXPECT_EQ(campaign(id).at("progress", "audience").GetInt64(), 1);
  const Answer timeline = zhida().get("/operator/v1/enterprises/" + uscc + "/timeline", "operator");
  ASSERT_EQ(timeline.status, 200);
  const auto& intent = entry(timeline, id + ".1.page." + uscc, "intent");
  ASSERT_TRUE(intent.IsObject()) << timeline.body;
  EXPECT_EQ(text(intent["state"]), "delivered");
  EXPECT_EQ(text(intent["items"][0]["id"]), flow::settled_item);
  EXPECT_EQ(text(intent["items"][0]["rule_hash"]).size(), 64U);
  EXPECT_TRUE(intent["evidence"].IsObject());
}

TEST_F(MainJob, TheInboxPagesAndKnowsWhatTheClientHas) {
  const std::string uscc = usccs()[3];
  std::vector<std::string> launched;
  for (const char* title : {"甲", "乙", "丙"}) {
    launched.push_back(flow::approved_campaign(zhida(), flow::campaign_body(title, fmt::format(R"({{"list":["{}"]}})", uscc))));
    flow::run_campaign(zhida(), launched.back());
  }
  const Answer whole = inbox(uscc);
  ASSERT_EQ(whole.status, 200) << whole.body;
  const std::vector<std::string> all = flow::inbox_of(whole);
  ASSERT_GE(all.size(), 3U);
  EXPECT_EQ(all[0], launched[2] + ".1.page." + uscc + "=delivered") << "the newest first";
  EXPECT_EQ(whole.at("unread").GetUint(), all.size());

  const std::string etag(whole.headers.get("ETag"));
  ASSERT_FALSE(etag.empty());
  const Answer unchanged = inbox(uscc, "", {{"If-None-Match", etag}});
  EXPECT_EQ(unchanged.status, 304);
  EXPECT_EQ(unchanged.body, "");

  std::vector<std::string> paged;
  std::string cursor;
  do {
    const Answer page = inbox(uscc, "?limit=1" + (cursor.empty() ? "" : "&cursor=" + cursor));
    ASSERT_EQ(page.status, 200) << page.body;
    const std::vector<std::string> one = flow::inbox_of(page);
    ASSERT_EQ(one.size(), 1U);
    paged.push_back(one[0]);
    cursor = page.at("next").IsNull() ? "" : text(page.at("next"));
  } while (!cursor.empty() && paged.size() < 100);
  EXPECT_EQ(paged, all);

  const std::string seen =
      fmt::format(R"({{"events":[{{"id":"seen-{0}","intent":"{1}.1.page.{0}","item":null,"type":"seen","at":"{2}","surface":"home"}}]}})",
                  uscc, launched[2], flow::now_text());
  ASSERT_EQ(zhida().post("/page/v1/engagements", "page", seen).status, 202);
  EXPECT_TRUE(eventually([&] { return inbox(uscc).at("unread").GetUint() == all.size() - 1; }));
  EXPECT_EQ(inbox(uscc, "", {{"If-None-Match", etag}}).status, 200) << "it has changed";

  const Answer stranger = inbox("91310117MA1J0GBX1G");
  EXPECT_EQ(stranger.status, 200);
  EXPECT_EQ(flow::inbox_of(stranger).size(), 0U);
}

TEST_F(MainJob, ClicksLeadToTheTargetAndCountOnceEach) {
  const std::string uscc = usccs()[4];
  const std::string id = flow::approved_campaign(zhida(), flow::campaign_body("点击", fmt::format(R"({{"list":["{}"]}})", uscc)));
  flow::run_campaign(zhida(), id);
  const Answer page = inbox(uscc);
  const std::string link = text(page.at("items")[0]["link"]);
  const test::HeaderList browser{{"User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"}};
  EXPECT_EQ(zhida().ask(http::Verb::head, link, "", "", browser).status, 302);
  const Answer click = zhida().get(link, "", browser);
  EXPECT_EQ(click.status, 302);
  EXPECT_EQ(click.headers.get("Location"), "http://lawyers.66law.cn/s2a01a443a6769_i1354397.aspx");
  const Answer item_click = zhida().get(text(page.at("items")[0]["items"][0]["links"][0]["href"]), "", browser);
  EXPECT_EQ(item_click.status, 302);

  const auto engagement = [&](const char* type, const char* member) -> std::int64_t {
    const Answer timeline = zhida().get("/operator/v1/enterprises/" + uscc + "/timeline", "operator");
    const auto& engagements = entry(timeline, id + ".1.page." + uscc, "intent")["engagements"];
    return engagements.HasMember(type) ? engagements[type][member].GetInt64() : 0;
  };
  EXPECT_TRUE(eventually([&] { return engagement("click", "count") == 2; })) << engagement("click", "count");
  EXPECT_EQ(engagement("click", "machine"), 0);

  const std::string impression =
      fmt::format(R"({{"events":[{{"id":"imp-1","intent":"{}.1.page.{}","item":null,"type":"impression","at":"{}","surface":"home"}}]}})",
                  id, uscc, flow::now_text());
  EXPECT_EQ(zhida().post("/page/v1/engagements", "page", impression).status, 202);
  EXPECT_EQ(zhida().post("/page/v1/engagements", "page", impression).status, 202) << "repeated";
  EXPECT_TRUE(eventually([&] { return engagement("impression", "count") > 0; }));
  zhida().get(link, "", browser);
  EXPECT_TRUE(eventually([&] { return engagement("click", "count") == 3; })) << "passed all that was before it";
  EXPECT_EQ(engagement("impression", "count"), 1) << "the same id counts once";
}

TEST_F(MainJob, AnExpiredLinkSaysSoAndNothingElse) {
  const std::string uscc = usccs()[6];
  const std::string id = flow::approved_campaign(zhida(), flow::campaign_body("过期", fmt::format(R"({{"list":["{}"]}})", uscc)));
  flow::run_campaign(zhida(), id);
  // The program's own key, and a link as it would have written it long ago.
  const node::DataDirectory data{zhida().directory()};
  const page::LinkSigner signer(node::link_key_of(node::read_master_key(data.master_key())),
                                std::chrono::hours(1));
  page::ClickToken token;
  token.key_id = page::LinkSigner::key_id;
  token.intent.campaign = delivery::parse_campaign(id).value();
  token.intent.occurrence = "1";
  token.intent.channel = "page";
  token.uscc = *enterprise::Uscc::parse(uscc);
  const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  token.expires = std::chrono::floor<std::chrono::seconds>(now) + std::chrono::hours(1);
  EXPECT_EQ(zhida().get("/c/" + signer.write(token), "").status, 302) << "signed as it should be";
  token.expires = std::chrono::floor<std::chrono::seconds>(now) - std::chrono::seconds(1);
  const Answer expired = zhida().get("/c/" + signer.write(token), "");
  EXPECT_EQ(expired.status, 410);
  EXPECT_THAT(std::string(expired.headers.get("Content-Type")), HasSubstr("text/html"));
  EXPECT_THAT(expired.body, HasSubstr("链接已失效"));
  EXPECT_THAT(expired.body, testing::Not(HasSubstr(uscc)));
  EXPECT_EQ(expired.headers.get("Location"), "");
}

TEST_F(MainJob, ALeakedLinkStillLeadsOnButIsNotRecordedForEver) {
  const std::string uscc = usccs()[7];
  const std::string id = flow::approved_campaign(zhida(), flow::campaign_body("外传", fmt::format(R"({{"list":["{}"]}})", uscc)));
  flow::run_campaign(zhida(), id);
  const std::string link = text(inbox(uscc).at("items")[0]["link"]);
  const test::HeaderList browser{{"User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"}};
  for (int i = 0; i < 200; ++i) ASSERT_EQ(zhida().get(link, "", browser).status, 302) << i;
  const auto clicks = [&] {
    const Answer timeline = zhida().get("/operator/v1/enterprises/" + uscc + "/timeline", "operator");
    return entry(timeline, id + ".1.page." + uscc, "intent")["engagements"]["click"]["count"].GetInt();
  };
  EXPECT_TRUE(eventually([&] { return clicks() >= static_cast<int>(page::ClickLimit::most_an_hour); }));
  EXPECT_LE(clicks(), static_cast<int>(2 * page::ClickLimit::most_an_hour)) << "two hours of the clock at most";
}

TEST_F(MainJob, PausingStopsAndResumingGoesOn) {
  // So many that none of their partitions is through when the next request comes; that nothing is known of them does not matter.
  constexpr int named = 40'000;
  std::string list;
  for (const std::string& uscc : flow::sample_enterprises(100'000, named).usccs) list += (list.empty() ? "\"" : ",\"") + uscc + "\"";
  const std::string id = flow::approved_campaign(zhida(), flow::campaign_body("暂停", "{\"list\":[" + list + "]}", "bulk"));
  const std::string target = "/operator/v1/campaigns/" + id;
  ASSERT_EQ(zhida().post(target + "/launch", "operator").status, 200);
  const Answer paused = zhida().post(target + "/pause", "operator");
  ASSERT_EQ(paused.status, 200) << paused.body;
  EXPECT_EQ(text(paused.at("state")), "paused");
  const auto progress = [&] { return text(campaign(id).at("progress")); };
  std::string before;
  EXPECT_TRUE(eventually([&] {  // what was on its way when it was paused is in the log now
    const std::string now = progress();
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    before = progress();
    return before == now;
  }));
  EXPECT_TRUE(campaign(id).at("progress", "audience").IsNull()) << before;
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  EXPECT_EQ(progress(), before) << "paused, but it goes on";
  EXPECT_EQ(zhida().post(target + "/resume", "operator").status, 200);
  EXPECT_TRUE(eventually([&] { return flow::completed(zhida(), id); }, std::chrono::minutes(2)));
  EXPECT_EQ(campaign(id).at("progress", "audience").GetInt64(), named);
  EXPECT_EQ(campaign(id).at("progress", "by_state", "delivered").GetInt64(), named);
}

TEST_F(MainJob, BulkLinesAreJudgedOneByOne) {
  const flow::Enterprises more = flow::sample_enterprises(5'000, 3);
  const Answer answer = flow::upload(zhida(), "/operator/v1/enterprises", "{\"uscc\":\"bad\"}\n" + more.lines + "no json\n");
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.body, HasSubstr(R"({"line":1,)"));
  EXPECT_THAT(answer.body, HasSubstr(R"({"line":5,)"));
  const rapidjson::Document last = flow::last_line(answer.body);
  EXPECT_EQ(last["lines"].GetInt(), 5);
  EXPECT_EQ(last["accepted"].GetInt(), 3);
  EXPECT_EQ(last["refused"].GetInt(), 2);
  EXPECT_EQ(last["durable"].GetInt(), 3);
  for (const std::string& uscc : more.usccs) EXPECT_EQ(zhida().get("/operator/v1/enterprises/" + uscc, "data_centre").status, 200);
}

// More than one chunk of lines is under way at a time; those about an enterprise that nobody has heard of yet meet in flight.
TEST_F(MainJob, TheLinesOfALongUploadCountInTheirOrder) {
  const std::string uscc = flow::sample_enterprises(6'000, 1).usccs.front();
  std::string lines;
  std::vector<std::string> refused;
  constexpr int last_line = 2'000;
  for (int line = 1; line <= last_line; ++line) {
    const bool wrong = line % 150 == 0;
    if (wrong) refused.push_back(fmt::format(R"({{"line":{},)", line));
    lines += fmt::format(
        R"({{"uscc":"{}","name":"名\u79f0{}","attributes":{{"{}":{{"value":{},"source":"人社\u5c40","as_of":"2026-01-31"}}}}}})", uscc,
        line, wrong ? "employes" : "employees", line);
    lines += "\n";
  }
  const Answer answer = flow::upload(zhida(), "/operator/v1/enterprises", lines);
  std::size_t at = 0;
  for (const std::string& line : refused) {
    const std::size_t found = answer.body.find(line);
    ASSERT_NE(found, std::string::npos) << line;
    EXPECT_GE(found, at) << line;
    at = found;
  }
  EXPECT_EQ(flow::last_line(answer.body)["durable"].GetInt(), last_line - static_cast<int>(refused.size()));
  const Answer known = zhida().get("/operator/v1/enterprises/" + uscc, "data_centre");
  EXPECT_EQ(known.at("attributes", "employees", "value").GetInt(), last_line);
  EXPECT_EQ(flow::text(known.at("attributes", "employees", "source")), "人社局");
  EXPECT_EQ(flow::text(known.at("name")), fmt::format("名称{}", last_line)) << "sealed under one key, whichever line made it";
}

TEST_F(MainJob, OlderFactsNeverOverwriteNewerOnes) {
  const std::string target = "/operator/v1/enterprises/" + usccs()[5];
  const auto patch = [&](int employees, const std::string& as_of) {
    return zhida().ask(http::Verb::patch, target, "data_centre",
                       fmt::format(R"({{"attributes":{{"employees":{{"value":{},"source":"人社局","as_of":"{}"}}}}}})", employees, as_of));
  };
  EXPECT_EQ(patch(41, flow::today_text()).status, 200);
  const Answer older = patch(40, "2020-01-01");
  EXPECT_THAT(older.body, HasSubstr("older_as_of"));
  EXPECT_EQ(zhida().get(target, "data_centre").at("attributes", "employees", "value").GetInt(), 41);
}

}  // namespace
}  // namespace zhida
