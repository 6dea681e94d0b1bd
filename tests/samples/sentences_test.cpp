// Every rule of the sample items as a Chinese sentence. sentences.txt was read line by line against the rules and the policies' texts;
// a line that changes has to be read again.

#include "domain/policy/functions.hpp"
#include "domain/policy/sentence.hpp"
#include "support/repository.hpp"

#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

namespace zhida {
namespace {

const std::filesystem::path root = zhida::test::repository();

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + path.string());
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::string reference(const char* name) { return read_file(root / "schemas/reference" / name); }

const std::shared_ptr<const matching::Language>& language() {
  static const std::shared_ptr<const matching::Language> shared = [] {
    const auto parsed = matching::Dictionary::parse(reference("attributes.csv"), {{"industries", reference("industries.csv")}});
    if (!parsed.dictionary) throw std::runtime_error(parsed.error);
    auto industries =
        std::make_shared<const enterprise::IndustryTree>(enterprise::IndustryTree::parse(reference("industries.csv")).value());
    auto calendar = std::make_shared<const calendar::WorkCalendar>(calendar::WorkCalendar::parse(reference("workdays.csv")).value());
    return std::make_shared<const matching::Language>(parsed.dictionary, policy::functions(industries, calendar));
  }();
  return shared;
}

const enterprise::Regions& regions() {
  static const enterprise::Regions read = enterprise::Regions::parse(reference("districts.csv"), reference("streets.csv")).value();
  return read;
}

std::string sentence(std::string_view rule, std::vector<matching::ManualCondition> manual = {}) {
  const auto compiled = matching::Rule::compile(language(), rule, std::move(manual));
  if (!compiled) throw std::runtime_error(std::string(rule) + ": " + compiled.diagnostics[0].message_en);
  return policy::rule_zh(*compiled.rule, regions());
}

std::map<std::string, std::string> sentences() {
  std::map<std::string, std::string> found;
  for (const auto& entry : std::filesystem::directory_iterator(root / "schemas/samples/items")) {
    if (entry.path().extension() != ".json") continue;
    rapidjson::Document document;
    document.Parse(read_file(entry.path()));
    const rapidjson::Value& item = document["item"];
    std::vector<matching::ManualCondition> manual;
    for (const auto& condition : item["manual"].GetArray())
      manual.push_back({condition["name"].GetString(), condition["label_zh"].GetString()});
    found.emplace(entry.path().stem().string(), sentence(item["rule"].GetString(), std::move(manual)));
  }
  return found;
}

/// What CEL writes with; a full stop may stand in a decimal number, a percent sign behind one.
std::string operators_in(const std::string& text) {
  std::string found;
  for (const char c : text)
    if (std::string_view("&|!<>=+-*/?:[](){}\"'").find(c) != std::string_view::npos) found += c;
  return text.find("p.") == std::string::npos ? found : found + "p.";
}

TEST(Sentences, TellEverySampleRuleAsItWasRead) {
  std::map<std::string, std::string> wanted;
  std::ifstream file(root / "tests/samples/sentences.txt");
  for (std::string line; std::getline(file, line);)
    if (const std::size_t tab = line.find('\t'); tab != std::string::npos) wanted.emplace(line.substr(0, tab), line.substr(tab + 1));
  const auto told = sentences();
  std::ofstream now(zhida::test::build() / "sentences.txt");  // to read, and to copy once it is right
  for (const auto& [id, text] : told) now << id << '\t' << text << '\n';
  EXPECT_EQ(told.size(), 99U);
  EXPECT_EQ(wanted.size(), told.size());
  for (const auto& [id, text] : told) EXPECT_TRUE(text == wanted[id]) << id << "\n  " << text << "\n  " << wanted[id];
}

TEST(Sentences, HoldNoOperatorOfTheLanguage) {
  for (const auto& [id, text] : sentences()) EXPECT_EQ(operators_in(text), "") << id << ": " << text;
}

TEST(Sentences, ReadAsTheIssueAsksFor) {
  EXPECT_EQ(sentence("p.size_class in [\"small\", \"micro\"] && under(p.industry, \"C\")"),
            "统计划型为小型或微型，且国民经济行业属于制造业（C）。");
}

TEST(Sentences, SayWhatEachBoundIncludes) {
  EXPECT_EQ(
      sentence("p.employees >= 20 && p.employees > 20 && p.employees <= 20 && p.employees < 20 && p.employees == 20 && p.employees != 20"),
      "职工人数不少于20人，且职工人数超过20人，且职工人数不超过20人，且职工人数少于20人，且职工人数为20人，且职工人数不为20人。");
  EXPECT_EQ(
      sentence("p.rd_ratio >= 0.055 && 3000000 > p.taxable_income && p.revenue < 150000000 && p.revenue != 12345"),
      "上年度研发费用占营业收入比重不低于5.5%，且年应纳税所得额低于300万元，且上年度营业收入低于1.5亿元，且上年度营业收入不为12345元。");
  EXPECT_EQ(sentence("p.established < timestamp(\"2024-01-01T12:30:00+08:00\") || p.listing_date == asof"),
            "注册成立日期早于2024年1月1日12时30分，或上市挂牌日期为评估日。");
}

TEST(Sentences, TurnNegationIntoWords) {
  EXPECT_EQ(sentence("!(p.size_class in [\"small\"]) && !(\"hnte\" in p.qualifications) && !under(p.industry, \"C\") && !has(p.revenue)"),
            "统计划型不为“小型”，且有效期内的资质不包括高新技术企业，且国民经济行业不属于制造业（C），且上年度营业收入尚无记录。");
  EXPECT_EQ(sentence("!p.qualifications.exists(q, q in [\"hnte\", \"tsme\"]) && !(p.employees >= 3 && p.legal_person)"),
            "有效期内的资质不包括高新技术企业、科技型中小企业中任何一项，且（职工人数少于3人，或“独立法人”为否）。");
  EXPECT_EQ(sentence("!p.qualifications.all(q, q in [\"hnte\", \"tsme\"])"), "有效期内的资质不全是高新技术企业、科技型中小企业之一。");
  EXPECT_EQ(sentence("p.legal_person == false && p.park != \"none\" && !(1.0 * p.rd_ratio < 0.5)"),
            "“独立法人”为否，且所在园区不为“不在园区”，且并非（上年度研发费用占营业收入比重的1倍少于0.5）。");
}

TEST(Sentences, TellWhatRulesSeldomSay) {
  EXPECT_EQ(sentence("p.building.startsWith(\"A\") && p.building.matches(\"^A[0-9]$\") && p.tags.size() > 2"),
            "所在楼宇以“A”开头，且所在楼宇符合格式“^A[0-9]$”，且运营标签的项数超过2。");
  EXPECT_EQ(
      sentence("p.tags.exists(t, t.contains(\"重点\") && t != \"重点\") && p.tags.exists_one(t, t == \"甲\") && p.tags[0] == \"乙\""),
      "运营标签中至少有一项满足（该项含有“重点”，且该项不为“重点”），且运营标签中恰有一项满足（该项为“甲”），且运营标签的第1项为“乙”。");
  EXPECT_EQ(
      sentence("(p.legal_person ? p.employees : p.employees_avg) >= 3 && (p.legal_person ? true : p.employees > 1)"),
      "（若“独立法人”为是，则为职工人数；否则为从业人数季度平均值）不少于3人，且（若“独立法人”为是，则不设条件；否则职工人数超过1人）。");
  EXPECT_EQ(
      sentence(
          "workdays_until(p.licence_expiry, asof) >= 10 && math.least(p.revenue, p.total_assets) > 10000 && p.revenue / p.employees >= 5"),
      "评估日至最早到期的许可证到期日的工作日数不少于10天，且上年度营业收入、资产总额中的最小者超过1万元，且上年度营业收入除以职工人数的商"
      "不少于5。");
  EXPECT_EQ(sentence("asof - p.established > duration(\"720h\") && false"), "评估日减去注册成立日期的差大于30天，且不可能满足。");
  EXPECT_EQ(
      sentence("p.region_street == \"310117106\" && p.region_street != \"310117999\" && p.region_district in [\"310117\", \"310115\"]"),
      "注册地街镇为洞泾镇，且注册地街镇不为“310117999”，且注册地区县为松江区或浦东新区。");
}

TEST(Sentences, TellAManualConditionWhereTheRuleNamesIt) {
  EXPECT_EQ(sentence("p.employees >= 3 && (p.legal_person || manual.listed)", {{"listed", "列入名单"}, {"reviewed", "通过评审"}}),
            "职工人数不少于3人，且（“独立法人”为是，或经主管部门认定：“列入名单”）；另须由主管部门认定：通过评审。");
}

TEST(Sentences, NameTheManualConditionsLast) {
  EXPECT_EQ(sentence("true", {{"a", "列入名单"}, {"b", "通过评审"}}), "不设条件；另须由主管部门认定：列入名单、通过评审。");
}

}  // namespace
}  // namespace zhida
