#include "domain/policy/validate.hpp"

#include "domain/policy/identifier.hpp"

#include <gtest/gtest.h>

#include <string>

namespace zhida::policy {
namespace {

const LinkPolicy links({"*.gov.cn", "sample.example"});

std::string first(const domain::FieldErrors& errors) { return errors.empty() ? "" : errors[0].pointer + " " + errors[0].code; }

TEST(Identifiers, HaveOneForm) {
  for (const char* id : {"a", "SJ-HNTE-2024-NEW", "c12", "9.a_b-C"}) EXPECT_TRUE(is_identifier(id)) << id;
  for (const std::string& id :
       {std::string(), std::string("-a"), std::string("a/b"), std::string("a b"), std::string("事项"), std::string(65, 'a')})
    EXPECT_FALSE(is_identifier(id)) << id;
  EXPECT_TRUE(is_condition_name("listed_ic_2"));
  EXPECT_FALSE(is_condition_name("2listed"));
  EXPECT_FALSE(is_condition_name("Listed"));
}

TEST(Links, GoToAllowedHostsOnly) {
  for (const char* url : {"https://www.songjiang.gov.cn/a?b=c#d", "http://WWW.SONGJIANG.GOV.CN", "https://sample.example:8443/x"})
    EXPECT_EQ(links.flaw(url), UrlFlaw::none) << url;
  for (const char* url : {"https://gov.cn.evil.com/", "https://evilgov.cn/", "https://www.sample.example/", "http://127.0.0.1/"})
    EXPECT_EQ(links.flaw(url), UrlFlaw::host) << url;
  for (const char* url :
       {"", "javascript:alert(1)", "//www.songjiang.gov.cn/", "www.songjiang.gov.cn", "https://www.songjiang.gov.cn@evil.com/",
        "https://evil.com\\.gov.cn/", "https:///x", "https://a.gov.cn:port/", "https://a.gov.cn:/", "https://a.gov.cn/ x",
        "https://a.gov.cn/\r\nSet-Cookie: x", "ftp://a.gov.cn/", "https://.gov.cn/", "https://政府.gov.cn/"})
    EXPECT_EQ(links.flaw(url), UrlFlaw::malformed) << url;
}

ItemContent good_item() {
  ItemContent item;
  item.title = "稳岗返还";
  item.rule = "p.employees > 0";
  item.document = "DOC-1";
  item.manual = {{"listed", "列入名单"}};
  item.links = {{LinkRelation::detail, "https://www.songjiang.gov.cn/1", "详情"}};
  return item;
}

TEST(ItemValidation, AcceptsAGoodItem) { EXPECT_EQ(first(validate(good_item(), links)), ""); }

TEST(ItemValidation, PointsAtWhatIsWrong) {
  const auto wrong = [](auto change) {
    ItemContent item = good_item();
    change(item);
    return first(validate(item, links));
  };
  const auto day = [](std::string_view text) { return *domain::parse_date(text); };
  EXPECT_EQ(wrong([](auto& item) { item.title.clear(); }), "/title length");
  EXPECT_EQ(wrong([](auto& item) { item.document = "a b"; }), "/document id");
  EXPECT_EQ(wrong([](auto& item) { item.manual.push_back(item.manual[0]); }), "/manual/1/name twice");
  EXPECT_EQ(wrong([](auto& item) { item.manual[0].name = "列入"; }), "/manual/0/name id");
  EXPECT_EQ(wrong([](auto& item) { item.links[0].url = "https://evil.com/"; }), "/links/0/url host");
  EXPECT_EQ(wrong([](auto& item) { item.links[0].url = "javascript:x"; }), "/links/0/url url");
  EXPECT_EQ(wrong([&](auto& item) { item.valid_from = day("2024-01-02"), item.valid_to = day("2024-01-01"); }), "/valid_to order");
  EXPECT_EQ(wrong([](auto& item) { item.windows.emplace_back(); }), "/windows/0 required");
  EXPECT_EQ(wrong([&](auto& item) { item.windows.push_back({day("2024-01-02"), day("2024-01-01"), {}}); }), "/windows/0/to order");
  EXPECT_EQ(wrong([&](auto& item) { item.windows.push_back({day("2024-01-02"), day("2024-01-02"), {}}); }), "") << "one day is a window";
  EXPECT_EQ(wrong([](auto& item) { item.windows.push_back({{}, {}, MonthlySpan{0, 25}}); }), "/windows/0/monthly range");
  EXPECT_EQ(wrong([](auto& item) { item.windows.push_back({{}, {}, MonthlySpan{25, 5}}); }), "/windows/0/monthly/1 order");
  EXPECT_EQ(wrong([](auto& item) { item.benefit.emplace().cap = 0; }), "/benefit/cap range");
  EXPECT_EQ(wrong([](auto& item) { item.benefit.emplace().schedule = {{25, 1}}; }), "/benefit/schedule/0/year range");
}

TEST(DocumentValidation, PointsAtWhatIsWrong) {
  const auto regions =
      enterprise::Regions::parse("code,name_zh\n310117,松江区\n", "code,name_zh,kind\n310117001,岳阳街道,subdistrict\n").value();
  Document document;
  document.id = "D";
  document.title = "办法";
  document.region = "310117";
  EXPECT_EQ(first(validate(document, regions)), "");
  document.region = "310117001";
  EXPECT_EQ(first(validate(document, regions)), "/region region");
  document.level = Level::town;
  EXPECT_EQ(first(validate(document, regions)), "");
  document.level = Level::national;
  EXPECT_EQ(first(validate(document, regions)), "/region region");
  document.region.reset();
  document.source = "nowhere";
  EXPECT_EQ(first(validate(document, regions)), "/source url");
  document.source = "http://elsewhere.example/1.html";
  EXPECT_EQ(first(validate(document, regions)), "") << "an address that is shown may be anywhere";
  document.supersedes = {"D"};
  EXPECT_EQ(first(validate(document, regions)), "/supersedes/0 self");
}

TEST(PackageValidation, PointsAtWhatIsWrong) {
  Package package;
  package.title = "礼包";
  EXPECT_EQ(first(validate(package, links)), "/contents required");
  package.contents = {{ContentType::item, "A"}, {ContentType::document, "A"}};
  EXPECT_EQ(first(validate(package, links)), "");
  package.contents.push_back({ContentType::item, "A"});
  EXPECT_EQ(first(validate(package, links)), "/contents/2/id twice");
  package.contents.pop_back();
  package.target = "https://evil.com/";
  EXPECT_EQ(first(validate(package, links)), "/target host");
}

TEST(OwnerValidation, WantsKnownBureaus) {
  domain::FieldErrors errors;
  validate_owner(
      {"jw", {"kcb", "xxx"}}, [](const std::string& code) { return code != "xxx"; }, errors);
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(errors[0].pointer, "/co_bureaus/1");
}

TEST(DefaultTarget, PrefersTheItemsDetailLink) {
  ItemContent item = good_item();
  Document document;
  document.source = "https://www.songjiang.gov.cn/doc";
  EXPECT_EQ(default_target(&item, &document, links, "https://page/"), "https://www.songjiang.gov.cn/1");
  item.links.clear();
  EXPECT_EQ(default_target(&item, &document, links, "https://page/"), "https://www.songjiang.gov.cn/doc");
  document.source = "https://evil.com/doc";
  EXPECT_EQ(default_target(&item, &document, links, "https://page/"), "https://page/") << "nobody is sent to a host that is not allowed";
  EXPECT_EQ(default_target(nullptr, nullptr, links, "https://page/"), "https://page/");
}

}  // namespace
}  // namespace zhida::policy
