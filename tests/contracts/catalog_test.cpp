#include "contracts/catalog/campaign_json.hpp"
#include "contracts/catalog/catalog_event.hpp"
#include "contracts/catalog/document_json.hpp"
#include "contracts/catalog/item_json.hpp"
#include "contracts/catalog/package_json.hpp"
#include "contracts/schema_check.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace zhida::contracts {
namespace {

const std::string hash(64, 'a');
const Instant at = *domain::parse_instant("2026-11-23T10:00:00.5+08:00");
const Date day = *domain::parse_date("2026-11-23");

policy::Document document() {
  policy::Document document;
  document.id = "DOC-1";
  document.revision = 3;
  document.owner = {"jw", {"kcb"}};
  document.title = "办法";
  document.doc_number = "沪松府〔2024〕1号";
  document.kind = policy::DocumentKind::normative;
  document.level = policy::Level::district;
  document.region = "310117";
  document.topics = {"科技"};
  document.valid_from = day;
  document.supersedes = {"DOC-0"};
  document.source = "https://www.songjiang.gov.cn/1";
  return document;
}

policy::ItemVersion version() {
  policy::ItemVersion version;
  version.version = 2;
  version.author = "key-1";
  version.written_at = at;
  version.rule_hash = hash;
  policy::ItemContent& content = version.content;
  content.title = "稳岗返还";
  content.document = "DOC-1";
  content.rule = "p.size_class == \"small\" && p.employees >= 3";
  content.manual = {{"listed", "列入名单"}};
  content.mode = policy::Mode::no_application;
  content.benefit =
      policy::Benefit{"600 * p.insured_employees", "每人600元", policy::BenefitKind::grant, 3'000'000, {{2025, 50000}, {2026, 25000}}};
  content.valid_from = day;
  content.windows = {{policy::Moment(day), policy::Moment(at), {}}, {policy::Moment(day), {}, policy::MonthlySpan{5, 25}}};
  content.exclusive_group = "g";
  content.links = {{policy::LinkRelation::apply, "https://www.songjiang.gov.cn/apply", "申报"}};
  content.guide = policy::Guide{{"营业执照"}, {"网上提交"}, "区人社局", std::nullopt};
  return version;
}

policy::Package package() {
  return {"P-1",
          1,
          {"jw", {}},
          "礼包",
          policy::PackageKind::gift,
          {{policy::ContentType::item, "A"}, {policy::ContentType::document, "DOC-1"}},
          "https://a.gov.cn/"};
}

campaign::Campaign campaign() {
  campaign::Campaign result;
  result.id = "c12";
  result.revision = 7;
  result.owner = {"jw", {}};
  result.plan.title = "投放";
  result.plan.content = campaign::Message{"标题", "正文"};
  result.plan.package = "P-1";
  const auto uscc = *enterprise::Uscc::parse("9144030071526726XG");
  result.plan.audience = {
      campaign::JoinedAudience{{campaign::Audience{campaign::RuleAudience{"p.employees > 0"}},
                                campaign::Audience{campaign::EligibleAudience{}}, campaign::Audience{campaign::ListAudience({uscc})}}}};
  result.plan.lane = campaign::Lane::urgent;
  result.plan.schedule.at = at;
  result.plan.valid_until = policy::Moment(day);
  result.package = {"P-1",
                    "礼包",
                    policy::PackageKind::gift,
                    "https://a.gov.cn/",
                    {{policy::ContentType::item, "A", 2, hash}, {policy::ContentType::document, "DOC-1", 0, ""}}};
  result.content_hash = hash;
  result.state = campaign::State::scheduled;
  result.authors = {"key-1"};
  result.approved_by = "key-2";
  result.approved_at = at;
  return result;
}

CatalogEvent event(CommandKind kind, std::string entity, CatalogEvent::Outcome outcome) {
  return {"abc", 41, kind, std::move(entity), 3, "key-1", at, std::move(outcome)};
}

std::vector<CatalogEvent> examples() {
  policy::ItemVersion published = version();
  published.published_at = at;
  published.published_by = "key-2";
  return {
      event(CommandKind::document_put, "DOC-1", DocumentPut{document()}),
      event(CommandKind::item_put, "A", ItemDrafted{{"jw", {"kcb"}}, version()}),
      event(CommandKind::item_publish, "A", ItemPublished{published}),
      event(CommandKind::item_withdraw, "A", ItemWithdrawn{}),
      event(CommandKind::package_put, "P-1", PackagePut{package()}),
      event(CommandKind::campaign_approve, "c12", CampaignChanged{campaign()}),
      event(CommandKind::campaign_approve, "c12",
            CommandRefused{R"({"type":"urn:zhida:problem:conflict","status":409})", R"({"state":"draft"})"}),
      event(CommandKind::campaign_approve, "c12", CommandRepeated{17}),
  };
}

TEST(CatalogEvents, FitTheirSchemasAndSurviveARoundTrip) {
  for (const CatalogEvent& each : examples()) {
    const std::string json = to_json(each);
    EXPECT_TRUE(accepts(schema_of(type_of(each)), json));
    const auto copy = catalog_event_from_json(type_of(each), json);
    ASSERT_TRUE(copy.has_value()) << copy.error()[0].pointer << ' ' << copy.error()[0].detail << ' ' << json;
    EXPECT_EQ(*copy, each) << json;
    EXPECT_EQ(to_json(*copy), json);
  }
}

TEST(CatalogEvents, RefuseWhatTheirSchemasRefuse) {
  for (const CatalogEvent& each : examples()) {
    const std::string json = to_json(each), schema = schema_of(type_of(each));
    const auto refused = [&](const std::string& text) {
      EXPECT_FALSE(accepts(schema, text)) << text;
      EXPECT_TRUE(catalog_event_from_json(type_of(each), text).has_error()) << text;
    };
    for (const char* pointer : {"/command", "/command_offset", "/kind", "/entity", "/revision", "/by", "/at"})
      refused(without(json, pointer));
    refused(with(json, "/kind", "\"item.eat\""));
    refused(with(json, "/at", "\"yesterday\""));
    refused(with(json, "/command_offset", "-1"));
    for (const char* pointer : {"/document", "/draft", "/version", "/package", "/campaign", "/problem", "/first_offset"})
      if (json.find(std::string("\"") + (pointer + 1) + "\":{") != std::string::npos ||
          json.find(std::string("\"") + (pointer + 1) + "\":17") != std::string::npos)
        refused(with(json, pointer, "\"x\""));
  }
  const std::string changed = to_json(examples()[5]);
  for (const auto& [pointer, value] : std::vector<std::pair<const char*, const char*>>{{"/campaign/state", "\"happy\""},
                                                                                       {"/campaign/audience/all/0", "{}"},
                                                                                       {"/campaign/audience/all/2/list/0", "\"9144\""},
                                                                                       {"/campaign/valid_until", "\"2026-11\""},
                                                                                       {"/campaign/lane", "\"slow\""},
                                                                                       {"/campaign/pinned/contents/0/type", "\"x\""}}) {
    EXPECT_FALSE(accepts("campaign_changed", with(changed, pointer, value))) << pointer;
    EXPECT_TRUE(catalog_event_from_json(CampaignChanged::type, with(changed, pointer, value)).has_error()) << pointer;
  }
  EXPECT_TRUE(catalog_event_from_json("zhida.unknown.v1", to_json(examples()[3])).has_error());
}

TEST(CatalogEvents, FoldIntoTheItem) {
  const auto events = examples();
  policy::Item item;
  apply(item, events[1]);
  EXPECT_EQ(item.state(), policy::ItemState::draft);
  EXPECT_EQ(item.id, "A");
  EXPECT_EQ(item.owner.co_bureaus, std::vector<std::string>{"kcb"});
  apply(item, events[2]);
  EXPECT_EQ(item.state(), policy::ItemState::published);
  EXPECT_FALSE(item.draft);
  EXPECT_EQ(item.next_version(), 3);
  apply(item, events[3]);
  EXPECT_EQ(item.state(), policy::ItemState::withdrawn);
  EXPECT_EQ(item.withdrawn_at, at);
  apply(item, events[2]);
  EXPECT_EQ(item.state(), policy::ItemState::published) << "publishing brings it back";
}

template <class Body, class Read>
Checked<Body> body(const std::string& json, Read read) {
  return read_json<Body>(json, [&](JsonReader& reader) { return read(reader); });
}

TEST(Bodies, AreReadAsTheApiNamesThem) {
  const auto item = body<ItemBody>(R"({"title":"T","document":null,"rule":"true","manual":[{"name":"m","label_zh":"M"}],"mode":"apply",
      "benefit":{"formula":null,"text_zh":"x","kind":"tax","cap":null,"schedule":[]},"valid_from":null,"valid_to":"2026-12-31",
      "windows":[{"from":"2026-01-01","to":"2026-02-01T17:00:00+08:00"},{"monthly":[5,25],"from":"2026-03-05","to":"2026-12-25"}],
      "exclusive_group":null,"version_group":"v","links":[{"rel":"detail","url":"https://a.gov.cn/","label_zh":"详情"}],
      "guide":{"materials":["a"],"steps":[],"office":"o","hours":"h"}})",
                                   read_item_body);
  ASSERT_TRUE(item.has_value()) << item.error()[0].pointer;
  EXPECT_EQ(item->content.windows.size(), 2U);
  EXPECT_EQ(item->content.windows[1].monthly, (policy::MonthlySpan{5, 25}));
  EXPECT_TRUE(std::holds_alternative<Instant>(*item->content.windows[0].to));
  EXPECT_EQ(item->owner.bureau, "");

  const auto short_package = body<policy::Package>(R"({"title":"P","kind":"theme","items":["A","B"]})", read_package_body);
  ASSERT_TRUE(short_package.has_value());
  EXPECT_EQ(short_package->items(), (std::vector<std::string>{"A", "B"}));

  const auto least =
      body<CampaignBody>(R"({"title":"T","package":"P","audience":{"eligible_for":"any"},"channels":["page"],"valid_until":"2026-12-31"})",
                         read_campaign_body);
  ASSERT_TRUE(least.has_value()) << least.error()[0].pointer;
  EXPECT_EQ(least->plan.lane, campaign::Lane::normal);
  EXPECT_EQ(least->plan.schedule, campaign::Schedule());
  EXPECT_EQ(least->plan.content, std::nullopt);
  EXPECT_EQ(std::get<campaign::EligibleAudience>(least->plan.audience.form).verdicts.size(), 2U);
}

TEST(Bodies, MayBeAnAnswerSentBack) {
  std::string json;
  JsonWriter writer(json);
  policy::Item item;
  item.id = "A";
  item.versions = {version()};
  write(writer, item);
  EXPECT_EQ(body<ItemBody>(json, read_item_body)->content, version().content);
  json.clear();
  JsonWriter of_package(json);
  write(of_package, package());
  EXPECT_EQ(body<policy::Package>(json, read_package_body)->contents, package().contents);
  json.clear();
  JsonWriter of_campaign(json);
  write(of_campaign, campaign());
  EXPECT_EQ(body<CampaignBody>(json, read_campaign_body)->plan, campaign().plan);
  json.clear();
  JsonWriter of_document(json);
  write(of_document, document());
  EXPECT_EQ(body<policy::Document>(json, read_document_body)->title, "办法");
}

TEST(Bodies, SayWhatIsWrong) {
  const auto first = [](const auto& read) {
    return read.has_value() ? std::string() : read.error()[0].pointer + " " + read.error()[0].code;
  };
  const auto item = [&](const std::string& extra) {
    return first(body<ItemBody>(R"({"title":"T","rule":"true","mode":"apply")" + extra + "}", read_item_body));
  };
  EXPECT_EQ(item(""), "");
  EXPECT_EQ(item(R"(,"link":[])"), "/link unknown_member");
  EXPECT_EQ(item(R"(,"windows":[{"monthly":[5]}])"), "/windows/0/monthly length");
  EXPECT_EQ(item(R"(,"windows":[{"from":"2022-02-31"}])"), "/windows/0/from date");
  EXPECT_EQ(item(R"(,"valid_to":"2022-02-31")"), "/valid_to date");
  EXPECT_EQ(item(R"(,"benefit":{"kind":"gold"})"), "/benefit/kind enum");
  EXPECT_EQ(item(R"(,"links":[{"rel":"detail"}])"), "/links/0/url required");
  EXPECT_EQ(item(R"(,"manual":["m"])"), "/manual/0 type");
  const auto audience = [&](const std::string& form) {
    return first(body<CampaignBody>(R"({"title":"T","package":"P","channels":["page"],"valid_until":"2026-12-31","audience":)" + form + "}",
                                    read_campaign_body));
  };
  EXPECT_EQ(audience("{}"), "/audience form");
  EXPECT_EQ(audience("7"), "/audience type");
  EXPECT_EQ(audience(R"({"rule":"true","list":[]})"), "/audience/list unknown_member");
  EXPECT_EQ(audience(R"({"eligible_for":"some"})"), "/audience/eligible_for enum");
  EXPECT_EQ(audience(R"({"all":[{"list":["9144"]}]})"), "/audience/all/0/list/0 uscc_length");
}

TEST(ContentHashInput, HoldsExactlyWhatIsApproved) {
  const campaign::Campaign base = campaign();
  const auto text = [](const campaign::Campaign& each) { return campaign_content_json(each.plan, each.package); };
  const std::string reference = text(base);
  EXPECT_EQ(reference.substr(0, 13), R"({"audience":{)");
  const std::vector<std::function<void(campaign::Campaign&)>> changes = {
      [](auto& c) { c.plan.title += "!"; },
      [](auto& c) { c.plan.content->body += "!"; },
      [](auto& c) { c.plan.content.reset(); },
      [](auto& c) { c.plan.audience = {campaign::RuleAudience{"true"}}; },
      [](auto& c) { c.plan.channels = {"sms"}; },
      [](auto& c) { c.plan.lane = campaign::Lane::bulk; },
      [](auto& c) { c.plan.schedule.at.reset(); },
      [](auto& c) { c.plan.schedule.trigger = campaign::Trigger::standing; },
      [](auto& c) { c.plan.valid_until = policy::Moment(at); },
      [](auto& c) { c.package.id += "!"; },
      [](auto& c) { c.package.title += "!"; },
      [](auto& c) { c.package.kind = policy::PackageKind::notice; },
      [](auto& c) { c.package.target += "!"; },
      [](auto& c) { c.package.contents[0].version = 3; },
      [](auto& c) { c.package.contents[0].rule_hash[0] = 'b'; },
      [](auto& c) { c.package.contents.pop_back(); },
  };
  std::set<std::string> seen{reference};
  for (std::size_t i = 0; i < changes.size(); ++i) {
    campaign::Campaign changed = base;
    changes[i](changed);
    EXPECT_TRUE(seen.insert(text(changed)).second) << i;
  }
  campaign::Campaign other = base;
  other.id = "c13";
  other.state = campaign::State::draft;
  other.authors = {"x"};
  other.owner.bureau = "kcb";
  EXPECT_EQ(text(other), reference) << "who and when are no part of it";
}

}  // namespace
}  // namespace zhida::contracts
