#include "services/page/page_world.hpp"

namespace zhida::page {
namespace {

using contracts::EngagementRecorded;
using delivery::Verdict;
using enterprise::RawValue;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

const std::string target = "/page/v1/engagements";

class PageEngagements : public PageWorld {
 public:
  void offer() {
    publish("A", item("一", "true"));
    publish("B", item("二", "true"));
    start_campaign(1, {"A", "B"});
    campaign::Campaign draft = campaign_with(2, {"A"});
    draft.state = campaign::State::draft;
    draft.started_at.reset();
    put(std::move(draft));
    campaign::Campaign listed = campaign_with(3, {"A"});
    listed.plan.audience.form = campaign::ListAudience({code(9)});
    put(std::move(listed));
    know(code(1), {{"employees", RawValue::of(std::int64_t{5})}});
    push(1, code(1), {decided(Verdict::eligible), decided(Verdict::eligible)}, now - 1h);
  }
  static std::string intent(int campaign = 1, int enterprise = 1) {
    return "c" + std::to_string(campaign) + ".1.page." + std::string(code(enterprise).text());
  }
  /// An event with `members` in place of, or beside, those of a good one.
  static std::string event(std::map<std::string, std::string> members) {
    std::map<std::string, std::string> all = {
        {"id", "\"e1\""}, {"intent", "\"" + intent() + "\""}, {"type", "\"seen\""}, {"at", "\"2026-11-23T11:59:00+08:00\""}};
    for (auto& [name, value] : members) all[name] = value;
    std::string json = "{";
    for (const auto& [name, value] : all)
      if (!value.empty()) json += (json.size() > 1 ? ",\"" : "\"") + name + "\":" + value;
    return json + "}";
  }
  static std::string batch(const std::vector<std::string>& events) {
    std::string json = "{\"events\":[";
    for (std::size_t i = 0; i < events.size(); ++i) json += (i > 0 ? "," : "") + events[i];
    return json + "]}";
  }
  asio::awaitable<Json> report(std::vector<std::string> events) {
    const http::ClientResponse answer = co_await post(target, batch(events));
    EXPECT_EQ(answer.status, http::Status::accepted) << answer.body;
    co_return Json(answer.body);
  }
};

TEST_F(PageEngagements, AreRecordedEachWithItsResult) {
  offer();
  run([](PageEngagements& t) -> asio::awaitable<void> {
    std::vector<std::string> events = {
        event({{"id", "\"a\""}, {"type", "\"impression\""}, {"surface", "\"home\""}}),
        event({{"id", "\"b\""}, {"item", "\"B\""}, {"type", "\"not_relevant\""}, {"reason", "\"行业不符\""}}),
        event({{"id", "\"c\""}, {"item", "\"X\""}}), event({{"id", "\"d\""}, {"type", "\"rated\""}, {"score", "5"}, {"item", "null"}}),
        "7"};
    const Json answer = co_await t.report(events);
    EXPECT_EQ(answer["accepted"].number(), 3);
    EXPECT_EQ(answer["refused"].number(), 2);
    EXPECT_EQ(answer["results"].size(), 5U);
    EXPECT_EQ(answer["results"][0]["id"].text(), "a");
    EXPECT_EQ(answer["results"][0]["status"].text(), "accepted");
    EXPECT_EQ(answer["results"][2]["status"].text(), "refused");
    EXPECT_EQ(answer["results"][2]["problem"]["errors"][0]["pointer"].text(), "/events/2/item");
    EXPECT_EQ(answer["results"][4]["problem"]["errors"][0]["pointer"].text(), "/events/4");

    const std::vector<EngagementRecorded> events_kept = co_await t.engagements();
    EXPECT_EQ(events_kept.size(), 3U);
    if (events_kept.size() != 3U) co_return;
    EXPECT_EQ(events_kept[0].surface, "home");
    EXPECT_EQ(events_kept[0].uscc, code(1));
    EXPECT_FALSE(events_kept[0].machine) << "the page's server is no visitor";
    EXPECT_EQ(events_kept[1].item, "B");
    EXPECT_EQ(events_kept[1].part, 2);
    EXPECT_EQ(events_kept[1].reason, "行业不符");
    EXPECT_EQ(events_kept[2].score, 5);
    EXPECT_EQ(events_kept[2].part, 0);
  }(*this));
}

TEST_F(PageEngagements, CountOnceHoweverOftenTheyAreReported) {
  offer();
  run([](PageEngagements& t) -> asio::awaitable<void> {
    std::vector<std::string> twice = {event({}), event({})};
    for (int i = 0; i < 3; ++i) co_await t.report(twice);
    co_await t.catch_up();
    const auto ledger = co_await t.reader.ledger(code(1));
    EXPECT_EQ(ledger->intents.at(0).engagement(delivery::EngagementType::seen).people, 1U);
  }(*this));
}

TEST_F(PageEngagements, AreRefusedOneByOne) {
  offer();
  run([](PageEngagements& t) -> asio::awaitable<void> {
    using Members = std::map<std::string, std::string>;
    const std::vector<std::pair<Members, std::string>> bad = {
        {{{"id", ""}}, "/id"},
        {{{"id", "\"\""}}, "/id"},
        {{{"id", "7"}}, "/id"},
        {{{"id", "\"" + std::string(129, 'x') + "\""}}, "/id"},
        {{{"intent", "\"c1.1.page.913101170000000019\""}}, "/intent"},
        {{{"intent", "\"c1.1.page\""}}, "/intent"},
        {{{"intent", "\"" + intent(99) + "\""}}, "/intent"},
        {{{"intent", "\"" + intent(2) + "\""}}, "/intent"},
        {{{"intent", "\"" + intent(1, 44) + "\""}}, "/intent"},
        {{{"intent", "\"c1.2.page." + std::string(code(1).text()) + "\""}}, "/intent"},
        {{{"intent", "\"c1.1.sms." + std::string(code(1).text()) + "\""}}, "/intent"},
        {{{"intent", "null"}}, "/intent"},
        {{{"type", "\"click\""}}, "/type"},
        {{{"type", "\"bought\""}}, "/type"},
        {{{"at", "\"2026-11-16T11:59:59+08:00\""}}, "/at"},
        {{{"at", "\"2026-11-23T12:05:01+08:00\""}}, "/at"},
        {{{"at", "\"2026-11-23T11:59:00\""}}, "/at"},
        {{{"at", "\"2026-02-30T11:59:00+08:00\""}}, "/at"},
        {{{"type", "\"rated\""}}, "/score"},
        {{{"type", "\"rated\""}, {"score", "6"}}, "/score"},
        {{{"score", "3"}}, "/score"},
        {{{"surface", "\"" + std::string(65, 's') + "\""}}, "/surface"},
        {{{"reason", "\"" + std::string(501, 'r') + "\""}}, "/reason"},
        {{{"colour", "1"}}, "/colour"}};
    std::vector<std::string> events;
    for (const auto& [members, pointer] : bad) events.push_back(event(members));
    const Json answer = co_await t.report(events);
    EXPECT_EQ(answer["accepted"].number(), 0);
    for (std::size_t i = 0; i < bad.size(); ++i) {
      const Json result = answer["results"][i];
      EXPECT_EQ(result["status"].text(), "refused") << events[i];
      EXPECT_THAT(result["problem"]["errors"].text(), HasSubstr("/events/" + std::to_string(i) + bad[i].second)) << events[i];
    }
    const auto kept = co_await t.engagements();
    EXPECT_TRUE(kept.empty());
  }(*this));
}

TEST_F(PageEngagements, AreTakenAtTheEdgesOfTheirTime) {
  offer();
  run([](PageEngagements& t) -> asio::awaitable<void> {
    std::vector<std::string> events = {event({{"id", "\"a\""}, {"at", "\"2026-11-16T12:00:00+08:00\""}}),
                                       event({{"id", "\"b\""}, {"at", "\"2026-11-23T04:05:00Z\""}})};
    const Json answer = co_await t.report(events);
    EXPECT_EQ(answer["accepted"].number(), 2);
  }(*this));
}

TEST_F(PageEngagements, AreTakenOfAnEnterpriseThatOnlyTheCampaignNames) {
  offer();
  run([](PageEngagements& t) -> asio::awaitable<void> {
    std::vector<std::string> events = {event({{"intent", "\"" + intent(3, 9) + "\""}})};
    const Json answer = co_await t.report(events);
    EXPECT_EQ(answer["accepted"].number(), 1);
  }(*this));
}

TEST_F(PageEngagements, AreLabelledByWhatTheVisitorSent) {
  offer();
  run([](PageEngagements& t) -> asio::awaitable<void> {
    std::vector<std::string> events = {event({{"id", "\"person\""}, {"user_agent", "\"Mozilla/5.0 Firefox/120.0\""}}),
                                       event({{"id", "\"crawler\""}, {"user_agent", "\"Baiduspider/2.0\""}}),
                                       event({{"id", "\"prefetch\""}, {"purpose", "\"prefetch\""}}),
                                       event({{"id", "\"silent\""}, {"user_agent", "\"\""}})};
    co_await t.report(events);
    std::vector<std::string> labels;
    for (const EngagementRecorded& each : co_await t.engagements())
      labels.push_back(each.id + " " + (each.machine ? each.machine->reason : "people"));
    EXPECT_THAT(labels, UnorderedElementsAre("person people", "crawler fetcher", "prefetch prefetch", "silent no_agent"));
  }(*this));
}

TEST_F(PageEngagements, ComeInBatchesOfAThousand) {
  offer();
  run([](PageEngagements& t) -> asio::awaitable<void> {
    std::vector<std::string> events;
    for (int i = 0; i < 1000; ++i) events.push_back(event({{"id", "\"e" + std::to_string(i) + "\""}}));
    const Json answer = co_await t.report(events);
    EXPECT_EQ(answer["accepted"].number(), 1000);
    events.push_back(event({}));
    const http::ClientResponse more = co_await t.post(target, batch(events));
    EXPECT_EQ(more.status, http::Status::unprocessable);
    const Json none = co_await t.report({});
    EXPECT_EQ(none["accepted"].number(), 0);
    for (const char* body : {"", "{", "nonsense", "{\"events\":[}"}) {
      const http::ClientResponse malformed = co_await t.post(target, body);
      EXPECT_EQ(malformed.status, http::Status::bad_request) << body;
    }
    for (const char* body : {"{}", "[]", "{\"events\":{}}", "{\"events\":[],\"more\":1}"}) {
      const http::ClientResponse wrong = co_await t.post(target, body);
      EXPECT_EQ(wrong.status, http::Status::unprocessable) << body;
    }
    const http::ClientResponse huge = co_await t.post(target, std::string(3 << 20, ' '));
    EXPECT_EQ(huge.status, http::Status::content_too_large);
  }(*this));
}

}  // namespace
}  // namespace zhida::page
