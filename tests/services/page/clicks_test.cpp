#include "domain/page/click_limit.hpp"
#include "page/link_signer.hpp"
#include "services/page/page_world.hpp"

namespace zhida::page {
namespace {

using contracts::EngagementRecorded;
using delivery::Verdict;
using policy::LinkRelation;
using testing::HasSubstr;
using testing::Not;

class PageClicks : public PageWorld {
 public:
  void offer() {
    policy::ItemContent first = item("一", "true"), second = item("二", "true");
    first.links = {link(LinkRelation::detail, "https://www.songjiang.gov.cn/a?x=1&y=2"),
                   link(LinkRelation::apply, "https://zwdt.sh.gov.cn/a")};
    second.links = {link(LinkRelation::detail, "https://www.shanghai.gov.cn/b")};
    publish("A", first);
    publish("B", second);
    start_campaign(1, {"A", "B"});
    push(1, code(1), {decided(Verdict::eligible), decided(Verdict::manual)}, now - 1h);
  }
  asio::awaitable<Json> entry() {
    const Json all = co_await inbox(code(1));
    co_return all["items"][0];
  }
  ClickToken token(std::uint16_t number = 0) const {
    ClickToken made;
    made.key_id = LinkSigner::key_id;
    made.expires = std::chrono::floor<std::chrono::seconds>(now) + 1h;
    made.intent.campaign = 1;
    made.uscc = code(1);
    made.link = number;
    return made;
  }
  std::string signed_link(const ClickToken& made) const {
    return "/c/" + LinkSigner(settings.token_key, settings.token_lifetime).write(made);
  }
};

TEST_F(PageClicks, LeadToTheRegisteredTargetsAndAreRecorded) {
  offer();
  run([](PageClicks& t) -> asio::awaitable<void> {
    const Json entry = co_await t.entry();
    const http::ClientResponse package = co_await t.click(entry["link"].text());
    EXPECT_EQ(package.status, http::Status::found);
    EXPECT_EQ(package.headers.get("Location"), "https://www.songjiang.gov.cn/pkg1");
    EXPECT_EQ(package.headers.get("Cache-Control"), "no-store");
    const http::ClientResponse detail = co_await t.click(entry["items"][0]["links"][0]["href"].text());
    EXPECT_EQ(detail.headers.get("Location"), "https://www.songjiang.gov.cn/a?x=1&y=2");
    const http::ClientResponse apply = co_await t.click(entry["items"][0]["links"][1]["href"].text());
    EXPECT_EQ(apply.headers.get("Location"), "https://zwdt.sh.gov.cn/a");
    const http::ClientResponse other = co_await t.click(entry["items"][1]["links"][0]["href"].text());
    EXPECT_EQ(other.headers.get("Location"), "https://www.shanghai.gov.cn/b");

    const std::vector<EngagementRecorded> clicks = co_await t.engagements();
    EXPECT_EQ(clicks.size(), 4U);
    if (clicks.size() != 4U) co_return;
    for (std::size_t i = 0; i < 4; ++i) {
      const EngagementRecorded& click = clicks[i];
      EXPECT_EQ(click.type, delivery::EngagementType::click);
      EXPECT_EQ(click.uscc, code(1));
      EXPECT_EQ(click.campaign, 1U);
      EXPECT_EQ(click.at, t.now);
      EXPECT_EQ(click.link, static_cast<std::uint16_t>(i));
      EXPECT_FALSE(click.machine);
    }
    EXPECT_EQ(clicks[0].item, std::nullopt);
    EXPECT_EQ(clicks[0].part, 0);
    EXPECT_EQ(clicks[2].item, "A");
    EXPECT_EQ(clicks[2].part, 1);
    EXPECT_EQ(clicks[3].item, "B");
    EXPECT_EQ(clicks[3].part, 2);
  }(*this));
}

TEST_F(PageClicks, OfAMachineAreBoundedApartFromThoseOfPeople) {
  offer();
  run([](PageClicks& t) -> asio::awaitable<void> {
    const Json entry = co_await t.entry();
    const std::string link = entry["link"].text();
    for (std::uint32_t i = 0; i < ClickLimit::most_an_hour + 20; ++i) {
      std::vector<std::pair<std::string, std::string>> scanner{{"User-Agent", "curl/8.0"}};
      const http::ClientResponse followed = co_await t.click(link, std::move(scanner));
      EXPECT_EQ(followed.status, http::Status::found);
    }
    co_await t.click(link);
    const std::vector<EngagementRecorded> clicks = co_await t.engagements();
    EXPECT_EQ(clicks.size(), ClickLimit::most_an_hour + 1U);
    EXPECT_FALSE(clicks.back().machine) << "a scanner uses up its own limit only";
    EXPECT_THAT(t.registry.text(), HasSubstr("zhida_page_clicks_unrecorded_total 20"));
  }(*this));
}

TEST_F(PageClicks, CountEachTime) {
  offer();
  run([](PageClicks& t) -> asio::awaitable<void> {
    const Json entry = co_await t.entry();
    for (int i = 0; i < 3; ++i) co_await t.click(entry["link"].text());
    const std::vector<EngagementRecorded> clicks = co_await t.engagements();
    EXPECT_EQ(clicks.size(), 3U);
    co_await t.catch_up();
    const auto ledger = co_await t.reader.ledger(code(1));
    EXPECT_EQ(ledger->intents.at(0).engagement(delivery::EngagementType::click).people, 3U);
    const Json after = co_await t.inbox(code(1));
    EXPECT_EQ(after["unread"].number(), 0);
  }(*this));
}

TEST_F(PageClicks, RecordNothingForHead) {
  offer();
  run([](PageClicks& t) -> asio::awaitable<void> {
    const Json entry = co_await t.entry();
    const http::ClientResponse answer = co_await t.click(entry["link"].text(), {}, http::Verb::head);
    EXPECT_EQ(answer.status, http::Status::found);
    EXPECT_EQ(answer.headers.get("Location"), "https://www.songjiang.gov.cn/pkg1");
    const auto clicks = co_await t.engagements();
    EXPECT_TRUE(clicks.empty());
  }(*this));
}

TEST_F(PageClicks, LabelMachinesAndKeepThem) {
  offer();
  run([](PageClicks& t) -> asio::awaitable<void> {
    const Json entry = co_await t.entry();
    const std::string person = "Mozilla/5.0 (Windows NT 10.0) Firefox/120.0";
    using Headers = std::vector<std::pair<std::string, std::string>>;
    std::vector<std::pair<Headers, std::string>> visits;
    visits.emplace_back(Headers{{"User-Agent", person}, {"Purpose", "prefetch"}}, "prefetch");
    visits.emplace_back(Headers{{"User-Agent", person}, {"X-Moz", "prefetch"}}, "prefetch");
    visits.emplace_back(Headers{{"User-Agent", person}, {"Sec-Purpose", "prefetch;prerender"}}, "prefetch");
    visits.emplace_back(Headers{{"User-Agent", "Mozilla/5.0 (compatible; Googlebot/2.1)"}}, "fetcher");
    visits.emplace_back(Headers{{"Accept", "*/*"}}, "no_agent");
    visits.emplace_back(Headers{{"User-Agent", person}}, "");
    for (const auto& [headers, reason] : visits) {
      const http::ClientResponse answer = co_await t.click(entry["link"].text(), headers);
      EXPECT_EQ(answer.status, http::Status::found);
    }
    const std::vector<EngagementRecorded> clicks = co_await t.engagements();
    EXPECT_EQ(clicks.size(), visits.size());
    for (std::size_t i = 0; i < std::min(clicks.size(), visits.size()); ++i)
      EXPECT_EQ(clicks[i].machine ? clicks[i].machine->reason : "", visits[i].second) << i;
    EXPECT_THAT(t.registry.text(), HasSubstr(R"(zhida_page_clicks_total{traffic="machine"} 5)"));
    EXPECT_THAT(t.registry.text(), HasSubstr(R"(zhida_page_clicks_total{traffic="people"} 1)"));
  }(*this));
}

TEST_F(PageClicks, OnLinksThatAreNotOursGetANeutralPage) {
  offer();
  run([](PageClicks& t) -> asio::awaitable<void> {
    const Json entry = co_await t.entry();
    const std::string good = entry["link"].text();
    std::vector<std::string> bad = {"/c/x",
                                    "/c/" + std::string(5000, 'A'),
                                    good + "A",
                                    good.substr(0, good.size() - 1),
                                    "/c/..%2f..%2fetc",
                                    "/c/https:%2F%2Fevil.example%2F"};
    for (std::size_t i = 3; i < good.size(); i += 5) {
      std::string forged = good;
      forged[i] = forged[i] == 'A' ? 'B' : 'A';
      bad.push_back(forged);
    }
    ClickToken unknown = t.token();
    unknown.intent.campaign = 99;
    bad.push_back(t.signed_link(unknown));
    bad.push_back(t.signed_link(t.token(4)));  // there are links 0 to 3
    bad.push_back("/c/" + LinkSigner(std::string(32, 'x'), 24h).write(t.token()));
    for (const std::string& link : bad) {
      const http::ClientResponse answer = co_await t.click(link);
      EXPECT_EQ(answer.status, http::Status::not_found) << link;
      EXPECT_EQ(answer.headers.get("Content-Type"), "text/html; charset=utf-8");
      EXPECT_THAT(answer.body, Not(HasSubstr("evil")));
      EXPECT_TRUE(answer.headers.get("Location").empty());
    }
    const auto clicks = co_await t.engagements();
    EXPECT_TRUE(clicks.empty());
  }(*this));
}

TEST_F(PageClicks, LeadOnAfterTheCampaignIsOver) {
  offer();
  campaign::Campaign over = campaign_with(1, {"A", "B"});
  over.state = campaign::State::expired;
  over.ended_at = now;
  over.plan.valid_until = now;
  put(std::move(over));
  now += 1h;
  run([](PageClicks& t) -> asio::awaitable<void> {
    const Json entry = co_await t.entry();
    const http::ClientResponse followed = co_await t.click(entry["link"].text());
    EXPECT_EQ(followed.status, http::Status::found) << "what was delivered stays";
  }(*this));
}

TEST_F(PageClicks, OnExpiredLinksAreTurnedAway) {
  offer();
  run([](PageClicks& t) -> asio::awaitable<void> {
    const Json entry = co_await t.entry();
    const std::string link = entry["link"].text();
    t.now += 400 * 24h - 2h;
    const http::ClientResponse just_good = co_await t.click(link);
    EXPECT_EQ(just_good.status, http::Status::found);
    t.now += 2h;
    const http::ClientResponse expired = co_await t.click(link);
    EXPECT_EQ(expired.status, http::Status::gone);
    EXPECT_EQ(expired.headers.get("Content-Type"), "text/html; charset=utf-8");
    const Json fresh = co_await t.entry();
    const http::ClientResponse renewed = co_await t.click(fresh["link"].text());
    EXPECT_EQ(renewed.status, http::Status::found) << "an old delivery still has good links";
  }(*this));
}

TEST_F(PageClicks, KeepTheirMeaningWhenItemsChange) {
  offer();
  run([](PageClicks& t) -> asio::awaitable<void> {
    const Json entry = co_await t.entry();
    const std::string link = entry["items"][1]["links"][0]["href"].text();
    policy::ItemContent anew = item("一", "true");
    anew.links = {};
    t.publish("A", anew);
    t.withdraw("B");
    co_await t.settle();
    const http::ClientResponse answer = co_await t.click(link);
    EXPECT_EQ(answer.headers.get("Location"), "https://www.shanghai.gov.cn/b");
    const Json later = co_await t.entry();
    EXPECT_EQ(later["items"][1]["links"][0]["href"].text(), link);
  }(*this));
}

TEST_F(PageClicks, NeverRedirectToAnAddressThatIsNotSafe) {
  offer();
  campaign::Campaign made = campaign_with(2, {"A"});
  made.package.target = "javascript:alert(1)";
  put(std::move(made));
  campaign::Campaign without = campaign_with(3, {"A"});
  without.package.target = "";
  put(std::move(without));
  run([](PageClicks& t) -> asio::awaitable<void> {
    ClickToken unsafe = t.token();
    unsafe.intent.campaign = 2;
    const http::ClientResponse refused = co_await t.click(t.signed_link(unsafe));
    EXPECT_EQ(refused.status, http::Status::not_found);
    ClickToken untargeted = t.token();
    untargeted.intent.campaign = 3;
    const http::ClientResponse answer = co_await t.click(t.signed_link(untargeted));
    EXPECT_EQ(answer.headers.get("Location"), t.settings.page_url);
  }(*this));
}

TEST_F(PageClicks, KnowNoOtherVerb) {
  offer();
  run([](PageClicks& t) -> asio::awaitable<void> {
    const Json entry = co_await t.entry();
    const http::ClientResponse answer = co_await t.click(entry["link"].text(), {}, http::Verb::post);
    EXPECT_EQ(answer.status, http::Status::method_not_allowed);
  }(*this));
}

}  // namespace
}  // namespace zhida::page
