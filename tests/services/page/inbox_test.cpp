#include "services/page/page_world.hpp"

namespace zhida::page {
namespace {

using delivery::Verdict;
using policy::LinkRelation;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string path(const enterprise::Uscc& uscc, std::string query = "") {
  return "/page/v1/enterprises/" + std::string(uscc.text()) + "/inbox" + query;
}

class PageInbox : public PageWorld {
 public:
  /// Two items, the first with links and a rule, and campaign 1 with both of them.
  void offer_two() {
    policy::ItemContent first = item("小微补贴", R"(p.size_class == "small" && p.employees <= 300)");
    first.links = {link(LinkRelation::detail, "https://www.songjiang.gov.cn/a"), link(LinkRelation::apply, "https://zwdt.sh.gov.cn/a")};
    first.benefit = policy::Benefit{"1000 * p.employees", "每人1000元", policy::BenefitKind::grant, std::nullopt, {}};
    first.windows = {{policy::Moment(day(2026, 11, 1)), policy::Moment(day(2026, 12, 10)), std::nullopt}};
    publish("A", first);
    publish("B", item("“其他”政策", "p.legal_person"));
    start_campaign(1, {"A", "B"}, R"(p.size_class == "small")");
  }
  std::vector<delivery::ItemDecision> some_one() { return {decided(Verdict::eligible)}; }
  std::vector<delivery::ItemDecision> some_decisions() { return {decided(Verdict::eligible, 12'000), decided(Verdict::unknown)}; }
};

TEST_F(PageInbox, IsEmptyForAnEnterpriseNeverHeardOf) {
  run([](PageInbox& t) -> asio::awaitable<void> {
    const http::ClientResponse answer = co_await t.get(path(code(404)));
    EXPECT_EQ(answer.status, http::Status::ok);
    EXPECT_EQ(answer.body, R"({"unread":0,"items":[],"next":null})");
  }(*this));
}

TEST_F(PageInbox, NamesTheFirstDeadlineThatMattersToTheEnterprise) {
  policy::ItemContent soon = item("快到期", "true"), late = item("还早", "true");
  soon.valid_to = day(2026, 12, 10);
  late.windows = {{day(2026, 11, 1), day(2027, 6, 30), std::nullopt}};
  publish("SOON", soon);
  publish("LATE", late);
  start_campaign(1, {"SOON", "LATE"});
  start_campaign(2, {"LATE"});
  campaign::Campaign notice = campaign_with(3, {});
  notice.plan.valid_until = domain::start_of(day(2026, 12, 2));
  put(notice);
  push(1, code(1), {decided(Verdict::unknown), decided(Verdict::eligible)}, now - 1h);
  push(1, code(2), {decided(Verdict::ineligible), decided(Verdict::eligible)}, now - 1h);
  push(2, code(3), {decided(Verdict::eligible)}, now - 1h);
  push(3, code(4), {}, now - 1h);
  run([](PageInbox& t) -> asio::awaitable<void> {
    const Json first = co_await t.inbox(code(1)), second = co_await t.inbox(code(2)), third = co_await t.inbox(code(3)),
               fourth = co_await t.inbox(code(4));
    EXPECT_EQ(first["items"][0]["deadline"].text(), "2026-12-10") << "an item ends before the campaign";
    EXPECT_EQ(second["items"][0]["deadline"].text(), "2026-12-31") << "not one it cannot have: the campaign's end is next";
    EXPECT_EQ(third["items"][0]["deadline"].text(), "2026-12-31") << "the campaign ends before the item";
    EXPECT_EQ(fourth["items"][0]["deadline"].text(), "2026-12-01") << "a time at midnight ends the day before";
  }(*this));
}

TEST_F(PageInbox, ShowsADeliveryWithEverythingInIt) {
  offer_two();
  push(1, code(1), some_decisions(), now - 1h);
  run([](PageInbox& t) -> asio::awaitable<void> {
    const Json inbox = co_await t.inbox(code(1));
    EXPECT_EQ(inbox["unread"].number(), 1);
    EXPECT_TRUE(inbox["next"].null());
    EXPECT_EQ(inbox["items"].size(), 1U);
    const Json entry = inbox["items"][0];
    EXPECT_EQ(entry["intent"].text(), "c1.1.page." + std::string(code(1).text()));
    EXPECT_EQ(entry["campaign"].text(), "c1");
    EXPECT_EQ(entry["package"].text(), "pkg1");
    EXPECT_EQ(entry["kind"].text(), "gift");
    EXPECT_EQ(entry["title"].text(), "标题1");
    EXPECT_EQ(entry["body"].text(), "正文 \"1\"");
    EXPECT_THAT(entry["link"].text(), StartsWith("/c/"));
    EXPECT_EQ(entry["delivered_at"].text(), "2026-11-23T11:00:00+08:00");
    EXPECT_EQ(entry["state"].text(), "delivered");
    EXPECT_EQ(entry["deadline"].text(), "2026-12-10");
    EXPECT_THAT(entry["why"].texts(), ElementsAre("推送对象：统计划型为小型", "《小微补贴》：统计划型为小型，职工人数不超过300人"));

    const Json first = entry["items"][0], second = entry["items"][1];
    EXPECT_EQ(first["id"].text(), "A");
    EXPECT_EQ(first["version"].number(), 1);
    EXPECT_EQ(first["title"].text(), "小微补贴");
    EXPECT_EQ(first["verdict"].text(), "eligible");
    EXPECT_EQ(first["benefit"]["amount"].number(), 12'000);
    EXPECT_EQ(first["benefit"]["text_zh"].text(), "每人1000元");
    EXPECT_EQ(first["validity"].text(), "effective");
    EXPECT_EQ(first["links"].size(), 2U);
    EXPECT_EQ(first["links"][1]["rel"].text(), "apply");
    EXPECT_THAT(first["links"][1]["href"].text(), StartsWith("/c/"));
    EXPECT_EQ(second["verdict"].text(), "unknown");
    EXPECT_TRUE(second["benefit"]["amount"].null());
    EXPECT_EQ(second["links"].size(), 0U);
    const http::ClientResponse raw = co_await t.get(path(code(1)));
    EXPECT_THAT(raw.body, Not(HasSubstr("gov.cn"))) << "a target stands in the inbox";
  }(*this));
}

TEST_F(PageInbox, HidesWhatIsNotDeliveredAndWhatIsOthers) {
  offer_two();
  start_campaign(2, {"A"});
  start_campaign(3, {"A"});
  push(1, code(1), some_decisions(), now - 1h);
  decide(2, code(1), {decided(Verdict::eligible)});
  decide(3, code(1), {decided(Verdict::eligible)}, delivery::State::suppressed);
  deliver(3, code(2), now - 1h);  // a receipt without a decision
  run([](PageInbox& t) -> asio::awaitable<void> {
    const Json mine = co_await t.inbox(code(1)), others = co_await t.inbox(code(2));
    EXPECT_EQ(mine["items"].size(), 1U);
    EXPECT_EQ(mine["items"][0]["campaign"].text(), "c1");
    EXPECT_EQ(others["items"].size(), 0U);
  }(*this));
}

TEST_F(PageInbox, NeverCallsAnItemEligibleThatIsNot) {
  publish("A", item("一", "p.legal_person"));
  for (delivery::CampaignNumber n = 1; n <= 4; ++n) start_campaign(n, {"A"});
  for (delivery::CampaignNumber n = 1; n <= 4; ++n) push(n, code(1), {decided(static_cast<Verdict>(n - 1))}, now - std::chrono::hours(n));
  run([](PageInbox& t) -> asio::awaitable<void> {
    const Json inbox = co_await t.inbox(code(1));
    const std::vector<std::string> verdicts = {"eligible", "manual", "unknown", "ineligible"};
    for (std::size_t i = 0; i < 4; ++i) {
      const Json entry = inbox["items"][i];
      EXPECT_EQ(entry["items"][0]["verdict"].text(), verdicts[i]);
      const std::string why = entry["why"].text();
      EXPECT_EQ(why.find("《一》：独立法人") != std::string::npos, i < 2) << why;
      EXPECT_EQ(why.find("《一》") != std::string::npos, i < 2) << why;
      EXPECT_EQ(why.find("人工认定") != std::string::npos, i == 1) << why;
    }
  }(*this));
}

TEST_F(PageInbox, IsReadOnByCursorWhileNewDeliveriesArrive) {
  publish("A", item("一", "true"));
  for (delivery::CampaignNumber n = 1; n <= 7; ++n) start_campaign(n, {"A"});
  for (delivery::CampaignNumber n = 1; n <= 5; ++n) push(n, code(1), {decided(Verdict::eligible)}, now - 10h + std::chrono::hours(n / 2));
  run([](PageInbox& t) -> asio::awaitable<void> {
    Json page = co_await t.inbox(code(1), "?limit=2");
    std::vector<std::string> seen;
    const auto take = [&seen](const Json& from) {
      for (std::size_t i = 0; i < from["items"].size(); ++i) seen.push_back(from["items"][i]["campaign"].text());
    };
    take(page);
    t.push(6, code(1), t.some_one(), t.now - 1h);
    t.push(7, code(1), t.some_one(), t.now - 9h);
    co_await t.settle();
    while (!page["next"].null()) {
      page = co_await t.inbox(code(1), "?limit=2&cursor=" + page["next"].text());
      EXPECT_EQ(page["unread"].number(), 7);
      take(page);
    }
    EXPECT_THAT(seen, ElementsAre("c5", "c4", "c7", "c3", "c2", "c1"));  // c6 is newer than the first page
  }(*this));
}

TEST_F(PageInbox, IsFilteredByKind) {
  publish("A", item("一", "true"));
  start_campaign(1, {"A"}, "true", policy::PackageKind::gift);
  start_campaign(2, {"A"}, "true", policy::PackageKind::reminder);
  for (delivery::CampaignNumber n = 1; n <= 2; ++n) push(n, code(1), {decided(Verdict::eligible)}, now - 1h);
  run([](PageInbox& t) -> asio::awaitable<void> {
    const Json reminders = co_await t.inbox(code(1), "?kind=reminder"), notices = co_await t.inbox(code(1), "?kind=notice");
    EXPECT_EQ(reminders["items"].size(), 1U);
    EXPECT_EQ(reminders["items"][0]["campaign"].text(), "c2");
    EXPECT_EQ(reminders["unread"].number(), 1);
    EXPECT_EQ(notices["items"].size(), 0U);
  }(*this));
}

TEST_F(PageInbox, RefusesWhatItDoesNotUnderstand) {
  run([](PageInbox& t) -> asio::awaitable<void> {
    for (const char* query : {"?limit=0", "?limit=1001", "?limit=x", "?limit=", "?cursor=abc", "?cursor=1.c0.1.page", "?kind=present"}) {
      const http::ClientResponse answer = co_await t.get(path(code(1), query));
      EXPECT_EQ(answer.status, http::Status::unprocessable) << query;
    }
    const http::ClientResponse wrong_check = co_await t.get("/page/v1/enterprises/913101170000000019/inbox");
    EXPECT_EQ(wrong_check.status, http::Status::unprocessable) << wrong_check.body;
    const http::ClientResponse no_code = co_await t.get("/page/v1/enterprises/x%00y/inbox");
    EXPECT_GE(http::number(no_code.status), 400U);
  }(*this));
}

TEST_F(PageInbox, SaysWhatBecameOfAnItemAfterItsDelivery) {
  put(document("D", "文件"));
  const std::vector<std::string> ids = {"amended", "expired", "fine", "repealed", "withdrawn"};
  for (const std::string& id : ids) {
    policy::ItemContent content = item(id, "true");
    if (id == "repealed") content.document = "D";
    if (id == "expired") content.valid_to = day(2026, 11, 22);
    publish(id, content);
  }
  start_campaign(1, ids);
  push(1, code(1), std::vector<delivery::ItemDecision>(5, decided(Verdict::eligible)), now - 48h);
  publish("amended", item("amended anew", "false"));
  withdraw("withdrawn");
  policy::Document repealed = document("D", "文件");
  repealed.repealed_on = day(2026, 11, 23);
  put(repealed);
  run([](PageInbox& t) -> asio::awaitable<void> {
    const Json inbox = co_await t.inbox(code(1));
    const Json items = inbox["items"][0]["items"];
    for (const char* id : {"amended", "expired", "repealed", "withdrawn"}) EXPECT_EQ(items.where("id", id)["validity"].text(), id);
    EXPECT_EQ(items.where("id", "fine")["validity"].text(), "effective");
    EXPECT_EQ(items.where("id", "amended")["title"].text(), "amended") << "what was delivered is shown";
    EXPECT_EQ(items.where("id", "amended")["version"].number(), 1);
  }(*this));
}

TEST_F(PageInbox, LeavesOutWhatWasWithdrawnBeforeTheDelivery) {
  for (const char* id : {"gone", "left"}) publish(id, item(id, "true"));
  start_campaign(1, {"gone", "left"});
  push(1, code(1), {decided(Verdict::eligible), decided(Verdict::eligible)}, now - 1h);
  withdraw("gone");
  push(1, code(2), {decided(Verdict::eligible), decided(Verdict::eligible)}, now + 1h, {1});
  now += 2h;
  publish("gone", item("gone", "true"));
  run([](PageInbox& t) -> asio::awaitable<void> {
    const Json before = co_await t.inbox(code(1));
    EXPECT_EQ(before["items"][0]["items"].where("id", "gone")["validity"].text(), "amended") << "published again";
    const Json after = co_await t.inbox(code(2));
    EXPECT_EQ(after["items"][0]["items"].size(), 1U) << "what came is what came, whatever is published later";
    EXPECT_EQ(after["items"][0]["items"][0]["id"].text(), "left");
    for (const std::string& why : after["items"][0]["why"].texts()) EXPECT_THAT(why, testing::Not(HasSubstr("gone")));
  }(*this));
}

TEST_F(PageInbox, LabelsADraftThatIsOutForComment) {
  policy::ItemContent content = item("人工智能若干措施", "true");
  content.mode = policy::Mode::for_comment;
  publish("A", content);
  start_campaign(1, {"A"}, "true", policy::PackageKind::consultation);
  push(1, code(1), {decided(Verdict::eligible)}, now - 1h);
  run([](PageInbox& t) -> asio::awaitable<void> {
    const Json inbox = co_await t.inbox(code(1));
    EXPECT_EQ(inbox["items"][0]["items"][0]["label_zh"].text(), "征求意见稿");
  }(*this));
}

TEST_F(PageInbox, IsNotSentAgainWhileNothingChanged) {
  offer_two();
  push(1, code(1), some_decisions(), now - 1h);
  run([](PageInbox& t) -> asio::awaitable<void> {
    const http::ClientResponse first = co_await t.get(path(code(1)));
    const std::string tag(first.headers.get("ETag"));
    EXPECT_FALSE(tag.empty());
    std::vector<std::pair<std::string, std::string>> condition = {{"If-None-Match", tag}};
    t.now += 30min;
    const http::ClientResponse again = co_await t.get(path(code(1)), auth::Role::page, condition);
    EXPECT_EQ(again.status, http::Status::not_modified);
    EXPECT_EQ(again.headers.get("ETag"), tag);
    const http::ClientResponse same = co_await t.get(path(code(1)));
    EXPECT_EQ(same.body, first.body) << "the same tag for other bytes";
    const http::ClientResponse other_page = co_await t.get(path(code(1), "?limit=1"), auth::Role::page, condition);
    EXPECT_EQ(other_page.status, http::Status::ok);

    t.withdraw("A");
    co_await t.settle();
    const http::ClientResponse changed = co_await t.get(path(code(1)), auth::Role::page, condition);
    EXPECT_EQ(changed.status, http::Status::ok);
    EXPECT_THAT(changed.body, HasSubstr(R"("validity":"withdrawn")"));
    condition[0].second = changed.headers.get("ETag");
    t.now += 24h;  // validity and deadlines are of today
    const http::ClientResponse tomorrow = co_await t.get(path(code(1)), auth::Role::page, condition);
    EXPECT_EQ(tomorrow.status, http::Status::ok);
  }(*this));
}

TEST_F(PageInbox, CountsAsReadWhatPeopleSawAndNotWhatWasOnlyListed) {
  offer_two();
  know(code(1), {});
  know(code(1), {{"employees", enterprise::RawValue::of(std::int64_t{12})}});
  push(1, code(1), some_decisions(), now - 1h);
  run([](PageInbox& t) -> asio::awaitable<void> {
    const std::string intent = "c1.1.page." + std::string(code(1).text());
    const auto event = [&intent](std::string type) {
      return R"({"events":[{"id":")" + type + R"(","intent":")" + intent + R"(","item":null,"type":")" + type +
             R"(","at":"2026-11-23T11:30:00+08:00"}]})";
    };
    http::ClientResponse taken = co_await t.post("/page/v1/engagements", event("impression"));
    EXPECT_EQ(taken.status, http::Status::accepted) << taken.body;
    co_await t.catch_up();
    const Json listed = co_await t.inbox(code(1));
    EXPECT_EQ(listed["unread"].number(), 1);
    EXPECT_TRUE(listed["items"][0]["unread"].truth());
    taken = co_await t.post("/page/v1/engagements", event("seen"));
    EXPECT_EQ(taken.status, http::Status::accepted) << taken.body;
    co_await t.catch_up();
    const Json seen = co_await t.inbox(code(1));
    EXPECT_EQ(seen["unread"].number(), 0);
    EXPECT_FALSE(seen["items"][0]["unread"].truth());
  }(*this));
}

TEST_F(PageInbox, TellsToComeBackWhileItsStateIsRebuilt) {
  offer_two();
  push(1, code(1), some_decisions(), now - 1h);
  run([](PageInbox& t) -> asio::awaitable<void> {
    const http::ClientResponse before = co_await t.get(path(code(1)));
    co_await t.stop_folding();
    const auto flushed = co_await t.writer.command("FLUSHALL");
    EXPECT_TRUE(flushed.has_value());
    const http::ClientResponse meanwhile = co_await t.get(path(code(1)));
    EXPECT_EQ(meanwhile.status, http::Status::unavailable);
    EXPECT_FALSE(meanwhile.headers.get("Retry-After").empty());
    EXPECT_EQ(meanwhile.headers.get("Content-Type"), "application/problem+json");
    t.start_folding();
    co_await t.catch_up();
    const http::ClientResponse after = co_await t.get(path(code(1)));
    EXPECT_EQ(after.body, before.body);
    EXPECT_EQ(after.headers.get("ETag"), before.headers.get("ETag"));

    t.server.stop();
    const http::ClientResponse without = co_await t.get(path(code(1)));
    EXPECT_EQ(without.status, http::Status::unavailable);
  }(*this));
}

}  // namespace
}  // namespace zhida::page
