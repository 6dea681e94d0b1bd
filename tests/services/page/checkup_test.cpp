#include "services/page/page_world.hpp"

namespace zhida::page {
namespace {

using enterprise::RawValue;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string path(const enterprise::Uscc& uscc, std::string rest = "") {
  return "/page/v1/enterprises/" + std::string(uscc.text()) + "/checkup" + rest;
}

class PageCheckup : public PageWorld {
 public:
  static RawValue text(std::string_view value) { return RawValue::of(value); }
  static RawValue count(std::int64_t value) { return RawValue::of(value); }

  asio::awaitable<Json> checkup(std::string rest = "") {
    const http::ClientResponse answer = co_await get(path(code(1), std::move(rest)));
    EXPECT_EQ(answer.status, http::Status::ok) << answer.body;
    co_return Json(answer.body);
  }
  asio::awaitable<Json> self_test(std::string answers) {
    const http::ClientResponse answer = co_await post(path(code(1)), "{\"answers\":" + answers + "}");
    EXPECT_EQ(answer.status, http::Status::ok) << answer.body;
    co_return Json(answer.body);
  }
};

TEST_F(PageCheckup, GivesEveryVerdictWithItsReasons) {
  publish("eligible", item("一", R"(p.size_class == "small")"));
  policy::ItemContent listed = item("二", R"(p.size_class == "small")");
  listed.manual = {{"named_list", "列入名单"}};
  publish("manual", listed);
  publish("short", item("三", R"(p.size_class == "small" && p.employees <= 20)"));
  publish("ineligible", item("四", R"(p.size_class == "large" && p.employees <= 20)"));
  publish("unknown", item("五", R"(p.size_class == "small" && p.revenue >= 1000 && p.legal_person)"));
  know(code(1), {{"size_class", text("small")}, {"employees", count(30)}});
  run([](PageCheckup& t) -> asio::awaitable<void> {
    const Json all = co_await t.checkup();
    EXPECT_EQ(all["asof"].text(), "2026-11-23");
    EXPECT_EQ(all["counts"].text(), R"({"eligible":1,"manual":1,"unknown":1,"ineligible":2})");
    EXPECT_EQ(all["items"].size(), 5U);
    const Json eligible = all["items"].where("item", "eligible");
    EXPECT_EQ(eligible["verdict"].text(), "eligible");
    EXPECT_EQ(eligible["version"].number(), 1);
    EXPECT_EQ(eligible["title"].text(), "一");
    EXPECT_EQ(eligible["window"].text(), "open");
    EXPECT_FALSE(eligible["one_short"].truth());
    EXPECT_EQ(eligible["failing"].size(), 0U);

    const Json manual = all["items"].where("item", "manual");
    EXPECT_EQ(manual["verdict"].text(), "manual");
    EXPECT_EQ(manual["manual"][0]["name"].text(), "named_list");
    EXPECT_EQ(manual["manual"][0]["label_zh"].text(), "列入名单");

    const Json one_short = all["items"].where("item", "short");
    EXPECT_EQ(one_short["verdict"].text(), "ineligible");
    EXPECT_TRUE(one_short["one_short"].truth());
    EXPECT_EQ(one_short["failing"].size(), 1U);
    const Json failing = one_short["failing"][0];
    EXPECT_EQ(failing["leaf"].text(), "p.employees <= 20");
    EXPECT_EQ(failing["attribute"].text(), "employees");
    EXPECT_EQ(failing["value"].number(), 30);
    EXPECT_EQ(failing["limit"].number(), 20);
    EXPECT_FALSE(failing["label_zh"].text().empty());

    const Json ineligible = all["items"].where("item", "ineligible");
    EXPECT_FALSE(ineligible["one_short"].truth());
    EXPECT_EQ(ineligible["failing"].size(), 2U);
    EXPECT_EQ(ineligible["failing"][0]["value"].text(), "small");
    EXPECT_EQ(ineligible["failing"][0]["limit"].text(), "large");

    const Json unknown = all["items"].where("item", "unknown");
    EXPECT_EQ(unknown["verdict"].text(), "unknown");
    EXPECT_THAT(unknown["missing"].texts(), ElementsAre("revenue", "legal_person"));
  }(*this));
}

TEST_F(PageCheckup, EstimatesTheBenefitAndNeverTakesTheUnknownForNothing) {
  policy::ItemContent computed = item("一", "true");
  computed.benefit = policy::Benefit{"600.5 * double(p.employees)", "每人600.5元", policy::BenefitKind::grant, 10'000, {}};
  publish("computed", computed);
  policy::ItemContent missing = item("二", "true");
  missing.benefit = policy::Benefit{"p.revenue / 100", "营业收入的1%", policy::BenefitKind::grant, std::nullopt, {}};
  publish("missing", missing);
  publish("none", item("三", "true"));
  know(code(1), {{"employees", count(3)}});
  run([](PageCheckup& t) -> asio::awaitable<void> {
    const Json all = co_await t.checkup();
    EXPECT_EQ(all["items"].where("item", "computed")["benefit"]["amount"].number(), 1801);
    EXPECT_EQ(all["items"].where("item", "computed")["benefit"]["text_zh"].text(), "每人600.5元");
    EXPECT_TRUE(all["items"].where("item", "missing")["benefit"]["amount"].null());
    EXPECT_TRUE(all["items"].where("item", "none")["benefit"]["amount"].null());
    const Json answered = co_await t.self_test(R"({"employees":1000})");
    EXPECT_EQ(answered["items"].where("item", "computed")["benefit"]["amount"].number(), 10'000);
  }(*this));
}

TEST_F(PageCheckup, KeepsTheVerdictApartFromTheWindow) {
  policy::ItemContent content = item("一", "years_since(p.established, asof) >= 3");
  content.windows = {{policy::Moment(day(2026, 3, 1)), policy::Moment(day(2026, 3, 31)), std::nullopt},
                     {policy::Moment(day(2026, 9, 1)), policy::Moment(day(2026, 9, 30)), std::nullopt}};
  publish("A", content);
  know(code(1), {{"established", text("2023-05-01")}});
  run([](PageCheckup& t) -> asio::awaitable<void> {
    const std::vector<std::pair<std::string, std::string>> expected = {
        {"2026-02-01", "ineligible not_yet"}, {"2026-03-15", "ineligible open"}, {"2026-05-01", "eligible not_yet"},
        {"2026-09-30", "eligible open"},      {"2026-10-01", "eligible closed"}, {"0001-01-01", "ineligible not_yet"},
        {"9999-12-31", "eligible closed"}};
    for (const auto& [asof, verdict] : expected) {
      const Json all = co_await t.checkup("?asof=" + asof);
      EXPECT_EQ(all["asof"].text(), asof);
      EXPECT_EQ(all["items"][0]["verdict"].text() + " " + all["items"][0]["window"].text(), verdict) << asof;
    }
    const Json past = co_await t.checkup("/A?asof=2026-03-15");
    EXPECT_EQ(past["failing"][0]["value"].number(), 2) << "what is computed is what is compared";
    EXPECT_EQ(past["failing"][0]["limit"].number(), 3);
    for (const char* asof : {"2026-02-30", "today", "", "2026-1-1", "20260101"}) {
      const http::ClientResponse answer = co_await t.get(path(code(1), "?asof=" + std::string(asof)));
      EXPECT_EQ(answer.status, http::Status::unprocessable) << asof;
    }
  }(*this));
}

TEST_F(PageCheckup, ExplainsTheWholeTreeWithSources) {
  policy::ItemContent content = item(
      "一", R"((p.size_class == "small" || p.employees < 20) && !p.is_branch && p.established >= timestamp("2020-01-01T00:00:00+08:00"))");
  content.manual = {{"named_list", "列入名单"}, {"open_question", "待认定"}};
  publish("A", content);
  know(code(1), {{"size_class", text("medium")}, {"employees", count(12)}, {"established", text("2021-06-01")}});
  determine(code(1), "named_list", true);
  run([](PageCheckup& t) -> asio::awaitable<void> {
    const Json one = co_await t.checkup("/A");
    EXPECT_EQ(one["item"].text(), "A");
    EXPECT_EQ(one["verdict"].text(), "unknown");
    EXPECT_THAT(one["missing"].texts(), ElementsAre("is_branch"));
    const Json tree = one["tree"];
    EXPECT_EQ(tree["kind"].text(), "all");
    EXPECT_EQ(tree["state"].text(), "unknown");
    EXPECT_EQ(tree["children"].size(), 3U) << "the facts and two manual conditions";
    const Json facts = tree["children"][0];
    EXPECT_EQ(facts["kind"].text(), "all");
    const Json any = facts["children"][0];
    EXPECT_EQ(any["kind"].text(), "any");
    EXPECT_EQ(any["state"].text(), "true");
    const Json size = any["children"][0];
    EXPECT_EQ(size["kind"].text(), "leaf");
    EXPECT_EQ(size["state"].text(), "false");
    EXPECT_EQ(size["value"].text(), "medium");
    EXPECT_EQ(size["limit"].text(), "small");
    EXPECT_EQ(size["source"].text(), "统计局");
    EXPECT_EQ(size["as_of"].text(), "2026-06-30");
    EXPECT_EQ(size["label_zh"].text(), "统计划型");
    EXPECT_TRUE(size["error"].null());
    EXPECT_EQ(any["children"][1]["state"].text(), "true");
    const Json branch = facts["children"][1];
    EXPECT_EQ(branch["state"].text(), "unknown");
    EXPECT_TRUE(branch["value"].null());
    EXPECT_FALSE(branch["limit"].truth());
    EXPECT_TRUE(branch["source"].null());
    const Json date = facts["children"][2];
    EXPECT_EQ(date["value"].text(), "2021-06-01");
    EXPECT_EQ(date["limit"].text(), "2020-01-01");
    const Json named = tree["children"][1], open = tree["children"][2];
    EXPECT_EQ(named["kind"].text(), "manual");
    EXPECT_EQ(named["state"].text(), "true");
    EXPECT_TRUE(named["value"].truth());
    EXPECT_EQ(named["source"].text(), "区科委");
    EXPECT_EQ(open["state"].text(), "unknown");
    EXPECT_TRUE(open["value"].null());

    const Json later = co_await t.checkup("/A?asof=2027-01-01");
    EXPECT_EQ(later["tree"]["children"][1]["state"].text(), "unknown") << "the determination is no longer in force";
    const http::ClientResponse absent = co_await t.get(path(code(1), "/B"));
    EXPECT_EQ(absent.status, http::Status::not_found);
  }(*this));
}

TEST_F(PageCheckup, NamesADeterminationThatSpeaksAgainst) {
  policy::ItemContent content = item("一", "true");
  content.manual = {{"named_list", "列入名单"}};
  publish("A", content);
  determine(code(1), "named_list", false);
  run([](PageCheckup& t) -> asio::awaitable<void> {
    const Json all = co_await t.checkup();
    EXPECT_EQ(all["items"][0]["verdict"].text(), "ineligible");
    EXPECT_EQ(all["items"][0]["failing"][0]["leaf"].text(), "named_list");
    EXPECT_EQ(all["items"][0]["failing"][0]["label_zh"].text(), "列入名单");
    EXPECT_TRUE(all["items"][0]["one_short"].truth());
  }(*this));
}

TEST_F(PageCheckup, CallsARuleThatFailsUnknownAndShowsTheError) {
  publish("A", item("一", "workdays_until(p.established, asof) > 0"));
  publish("B", item("二", "1000 / p.employees > 10"));
  know(code(1), {{"established", text("2035-01-01")}, {"employees", count(0)}});
  run([](PageCheckup& t) -> asio::awaitable<void> {
    for (const char* id : {"/A", "/B"}) {
      const Json one = co_await t.checkup(id);
      EXPECT_EQ(one["verdict"].text(), "unknown") << id;
      EXPECT_EQ(one["tree"]["state"].text(), "unknown");
      EXPECT_FALSE(one["tree"]["error"]["detail"].text().empty());
      EXPECT_FALSE(one["tree"]["error"]["detail_zh"].text().empty());
    }
  }(*this));
}

TEST_F(PageCheckup, LaysAnswersOverTheProfileAndKeepsNothing) {
  publish("A", item("一", R"(p.size_class == "small" && p.employees <= 20)"));
  publish("B", item("二", R"("mah_drug" in p.licenses || p.established < timestamp("2020-01-01T00:00:00+08:00"))"));
  know(code(1), {{"size_class", text("small")}, {"employees", count(30)}});
  run([](PageCheckup& t) -> asio::awaitable<void> {
    const Json answered = co_await t.self_test(R"({"employees":12,"established":"2019-12-31"})");
    EXPECT_EQ(answered["counts"]["eligible"].number(), 2);
    const Json forgotten = co_await t.self_test(R"({"employees":null})");
    EXPECT_EQ(forgotten["items"].where("item", "A")["verdict"].text(), "unknown");
    const Json profile = co_await t.checkup();
    EXPECT_EQ(profile["counts"]["eligible"].number(), 0);
    EXPECT_EQ(profile["items"].where("item", "A")["verdict"].text(), "ineligible");
    const Json stranger(co_await [](PageCheckup& world) -> asio::awaitable<std::string> {
      const http::ClientResponse answer = co_await world.post(path(code(77)), R"({"answers":{"size_class":"small","employees":1}})");
      EXPECT_EQ(answer.status, http::Status::ok);
      co_return answer.body;
    }(t));
    EXPECT_EQ(stranger["items"].where("item", "A")["verdict"].text(), "eligible");
  }(*this));
}

TEST_F(PageCheckup, RefusesAnswersThatDoNotSuitTheDictionary) {
  publish("A", item("一", "p.legal_person"));
  run([](PageCheckup& t) -> asio::awaitable<void> {
    const std::vector<std::pair<std::string, std::string>> bad = {{R"({"answers":{"employes":1}})", "/answers/employes"},
                                                                  {R"({"answers":{"employees":"12"}})", "/answers/employees"},
                                                                  {R"({"answers":{"employees":-1}})", "/answers/employees"},
                                                                  {R"({"answers":{"size_class":"tiny"}})", "/answers/size_class"},
                                                                  {R"({"answers":{"established":"2022-02-31"}})", "/answers/established"},
                                                                  {R"({"answers":{"legal_person":1}})", "/answers/legal_person"},
                                                                  {R"({"answers":{"licenses":[1]}})", "/answers/licenses"},
                                                                  {R"({"answers":{"a/b~":1}})", "/answers/a~1b~0"},
                                                                  {R"({"answers":{"employees":{}}})", "/answers/employees"},
                                                                  {R"({"answers":[]})", "/answers"},
                                                                  {R"({"answer":{}})", "/answer"},
                                                                  {"[]", ""}};
    for (const auto& [body, pointer] : bad) {
      const http::ClientResponse answer = co_await t.post(path(code(1)), body);
      EXPECT_EQ(answer.status, http::Status::unprocessable) << body;
      EXPECT_THAT(answer.body, HasSubstr("\"pointer\":\"" + pointer + "\"")) << body;
    }
    std::string deep;
    for (int i = 0; i < 50'000; ++i) deep += '[';
    for (const std::string& body :
         {std::string(), std::string("{"), std::string("{\"answers\":{}} x"), std::string("{\"answers\":{\"a\":\"\xff\"}}"),
          R"({"answers":{"employees":1,"employees":2}})" + std::string(), deep}) {
      const http::ClientResponse answer = co_await t.post(path(code(1)), body);
      EXPECT_EQ(answer.status, http::Status::bad_request) << body.substr(0, 80);
    }
    const http::ClientResponse huge = co_await t.post(path(code(1)), std::string(1 << 20, ' '));
    EXPECT_EQ(huge.status, http::Status::content_too_large);
    const http::ClientResponse alive = co_await t.get(path(code(1)));
    EXPECT_EQ(alive.status, http::Status::ok);
  }(*this));
}

TEST_F(PageCheckup, LeavesOutWhatIsNotPublishedOrNotPublic) {
  put(document("open", "公开"));
  policy::Document hidden = document("hidden", "不公开");
  hidden.disclosure = policy::Disclosure::on_request;
  put(hidden);
  policy::ItemContent content = item("一", "true");
  content.document = "open";
  publish("open", content);
  content.document = "hidden";
  publish("hidden", content);
  publish("withdrawn", item("三", "true"));
  withdraw("withdrawn");
  run([](PageCheckup& t) -> asio::awaitable<void> {
    const Json all = co_await t.checkup();
    EXPECT_EQ(all["items"].size(), 1U);
    EXPECT_EQ(all["items"][0]["item"].text(), "open");
    for (const char* id : {"/hidden", "/withdrawn"}) {
      const http::ClientResponse answer = co_await t.get(path(code(1), id));
      EXPECT_EQ(answer.status, http::Status::not_found);
    }
  }(*this));
}

}  // namespace
}  // namespace zhida::page
