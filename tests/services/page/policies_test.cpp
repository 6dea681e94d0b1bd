#include "services/page/page_world.hpp"

#include "platform/http/request.hpp"

namespace zhida::page {
namespace {

using enterprise::RawValue;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class PagePolicies : public PageWorld {
 public:
  void offer() {
    policy::Document fund = document("FUND", "松江区科技创新基金管理办法");
    fund.doc_number = "沪松府规〔2025〕3号";
    put(fund);
    policy::Document national = document("CN", "国家公告");
    national.kind = policy::DocumentKind::other;
    national.level = policy::Level::national;
    national.region.reset();
    national.topics = {"fees"};
    put(national);
    policy::Document alone = document("LONE", "没有事项的规范性文件");
    alone.supersedes = {"FUND"};
    put(alone);
    policy::Document secret = document("SECRET", "内部文件");
    secret.disclosure = policy::Disclosure::withheld;
    put(secret);

    policy::ItemContent first = item("HNTE 首次认定奖励", "p.legal_person");
    first.document = "FUND";
    first.mode = policy::Mode::no_application;
    first.links = {link(policy::LinkRelation::interpretation, "https://www.songjiang.gov.cn/jd")};
    publish("A", first);
    policy::ItemContent second = item("行政收费减免", "p.employees > 100");
    second.document = "CN";
    publish("B", second);
    policy::ItemContent third = item("没有文件的事项", "p.legal_person");
    third.manual = {{"named_list", "列入名单"}};
    publish("C", third);
    policy::ItemContent closed = item("已截止的事项", "p.legal_person");
    closed.valid_to = day(2026, 1, 1);
    publish("D", closed);
    policy::ItemContent secret_item = item("内部事项", "true");
    secret_item.document = "SECRET";
    publish("E", secret_item);
  }
  asio::awaitable<std::vector<std::string>> ids(std::string query) {
    const http::ClientResponse answer = co_await get("/page/v1/policies" + query);
    EXPECT_EQ(answer.status, http::Status::ok) << answer.body;
    const Json list(answer.body);
    std::vector<std::string> all;
    for (std::size_t i = 0; i < list["items"].size(); ++i) all.push_back(list["items"][i]["id"].text());
    co_return all;
  }
};

TEST_F(PagePolicies, AreListedWithValidityAndNothingThatIsNotPublic) {
  offer();
  run([](PagePolicies& t) -> asio::awaitable<void> {
    const http::ClientResponse answer = co_await t.get("/page/v1/policies");
    const Json list(answer.body);
    EXPECT_TRUE(list["next"].null());
    EXPECT_EQ(list["items"].size(), 5U);
    const Json first = list["items"].where("id", "A");
    EXPECT_EQ(first["type"].text(), "item");
    EXPECT_EQ(first["document"].text(), "FUND");
    EXPECT_EQ(first["kind"].text(), "normative");
    EXPECT_EQ(first["level"].text(), "district");
    EXPECT_EQ(first["validity"].text(), "effective");
    EXPECT_EQ(list["items"].where("id", "D")["validity"].text(), "expired");
    EXPECT_EQ(list["items"].where("id", "D")["window"].text(), "closed");
    EXPECT_EQ(list["items"].where("id", "LONE")["type"].text(), "document");
    EXPECT_THAT(answer.body, Not(HasSubstr("内部")));
  }(*this));
}

TEST_F(PagePolicies, AreFoundByWordsAndFilters) {
  offer();
  run([](PagePolicies& t) -> asio::awaitable<void> {
    const std::vector<std::pair<std::string, std::vector<std::string>>> expected = {
        {"?q=hnte", {"A"}},
        {"?q=" + http::percent_encode("科技创新"), {"A"}},
        {"?q=" + http::percent_encode("沪松府规〔2025〕3号"), {"A"}},
        {"?q=" + http::percent_encode("认定　hnte"), {"A"}},
        {"?q=" + http::percent_encode("认定 收费"), {}},
        {"?topic=fees", {"B"}},
        {"?level=national", {"B"}},
        {"?kind=normative", {"A", "LONE"}},
        {"?kind=other", {"B"}},
        {"?mode=no_application", {"A"}},
        {"?kind=normative&mode=apply", {}},
        {"?q=&kind=", {"A", "B", "C", "D", "LONE"}}};
    for (const auto& [query, found] : expected) {
      const std::vector<std::string> got = co_await t.ids(query);
      EXPECT_EQ(got, found) << query;
    }
    for (const char* query : {"?topic=nothing", "?level=planet", "?kind=x", "?mode=y", "?fits=123", "?cursor=%22", "?limit=0"}) {
      const http::ClientResponse answer = co_await t.get("/page/v1/policies" + std::string(query));
      EXPECT_EQ(answer.status, http::Status::unprocessable) << query;
    }
    const http::ClientResponse long_search = co_await t.get("/page/v1/policies?q=" + std::string(300, 'a'));
    EXPECT_EQ(long_search.status, http::Status::unprocessable);
  }(*this));
}

TEST_F(PagePolicies, AreReadOnByCursor) {
  offer();
  put(document("A", "与事项同号的文件"));
  run([](PagePolicies& t) -> asio::awaitable<void> {
    std::vector<std::string> seen;
    std::string cursor;
    for (int pages = 0; pages < 10; ++pages) {
      const http::ClientResponse answer = co_await t.get("/page/v1/policies?limit=1" + cursor);
      const Json list(answer.body);
      EXPECT_EQ(list["items"].size(), 1U);
      seen.push_back(list["items"][0]["id"].text() + " " + list["items"][0]["type"].text());
      if (list["next"].null()) break;
      cursor = "&cursor=" + http::percent_encode(list["next"].text());
    }
    EXPECT_THAT(seen, ElementsAre("A item", "A document", "B item", "C item", "D item", "LONE document"));
  }(*this));
}

TEST_F(PagePolicies, FitAnEnterpriseThatMayHaveThemNow) {
  offer();
  know(code(1), {{"legal_person", RawValue::of(true)}, {"employees", RawValue::of(std::int64_t{5})}});
  run([](PagePolicies& t) -> asio::awaitable<void> {
    const std::vector<std::string> fitting = co_await t.ids("?fits=" + std::string(code(1).text()));
    EXPECT_THAT(fitting, ElementsAre("A", "C"));  // D is closed
    const http::ClientResponse answer = co_await t.get("/page/v1/policies?fits=" + std::string(code(1).text()));
    const Json list(answer.body);
    EXPECT_EQ(list["items"].where("id", "C")["verdict"].text(), "manual");
    const std::vector<std::string> stranger = co_await t.ids("?fits=" + std::string(code(2).text()));
    EXPECT_THAT(stranger, IsEmpty());
  }(*this));
}

TEST_F(PagePolicies, AreShownInDetail) {
  offer();
  run([](PagePolicies& t) -> asio::awaitable<void> {
    const http::ClientResponse answer = co_await t.get("/page/v1/items/A");
    EXPECT_EQ(answer.status, http::Status::ok);
    const Json shown(answer.body);
    EXPECT_EQ(shown["id"].text(), "A");
    EXPECT_EQ(shown["version"].number(), 1);
    EXPECT_EQ(shown["validity"].text(), "effective");
    EXPECT_EQ(shown["policy"]["title"].text(), "松江区科技创新基金管理办法");
    EXPECT_EQ(shown["asks"][0]["attribute"].text(), "legal_person");
    EXPECT_THAT(answer.body, Not(HasSubstr("author"))) << "who wrote it is nobody's business";

    const http::ClientResponse text = co_await t.get("/page/v1/documents/FUND");
    const Json document(text.body);
    EXPECT_EQ(document["doc_number"].text(), "沪松府规〔2025〕3号");
    EXPECT_EQ(document["validity"].text(), "amended");
    EXPECT_THAT(document["superseded_by"].texts(), ElementsAre("LONE"));
    EXPECT_EQ(document["items"][0]["id"].text(), "A");
    EXPECT_EQ(document["interpretations"][0]["url"].text(), "https://www.songjiang.gov.cn/jd");
    for (const char* target : {"/page/v1/items/E", "/page/v1/items/none", "/page/v1/documents/SECRET", "/page/v1/documents/none"}) {
      const http::ClientResponse absent = co_await t.get(target);
      EXPECT_EQ(absent.status, http::Status::not_found) << target;
    }
  }(*this));
}

}  // namespace
}  // namespace zhida::page
