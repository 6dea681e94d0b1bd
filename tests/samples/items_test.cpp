#include "domain/policy/functions.hpp"
#include "matching/date.hpp"
#include "matching/engine/audience_match.hpp"
#include "matching/engine/engine.hpp"
#include "matching/engine/page_match.hpp"
#include "matching/explain.hpp"
#include "support/repository.hpp"

#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <sstream>

namespace zhida {
namespace {

using matching::Verdict;
using Json = rapidjson::Value;

const std::filesystem::path root = zhida::test::repository();

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + path.string());
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

rapidjson::Document read_json(const std::filesystem::path& path) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag>(read_file(path));
  if (document.HasParseError())
    throw std::runtime_error(path.string() + " is not JSON, at byte " + std::to_string(document.GetErrorOffset()));
  return document;
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

const std::map<std::string, rapidjson::Document>& items() {
  static const std::map<std::string, rapidjson::Document> all = [] {
    std::map<std::string, rapidjson::Document> found;
    for (const auto& entry : std::filesystem::directory_iterator(root / "schemas/samples/items"))
      if (entry.path().extension() == ".json") found.emplace(entry.path().stem().string(), read_json(entry.path()));
    return found;
  }();
  return all;
}

std::string told(const std::vector<cel::Diagnostic>& diagnostics) {
  std::string text;
  for (const cel::Diagnostic& d : diagnostics)
    text += "line " + std::to_string(d.line) + ", column " + std::to_string(d.column) + ": " + d.message_en + "\n";
  return text;
}

std::vector<matching::ManualCondition> manual_of(const Json& item) {
  std::vector<matching::ManualCondition> manual;
  for (const Json& condition : item["manual"].GetArray())
    manual.push_back({condition["name"].GetString(), condition["label_zh"].GetString()});
  return manual;
}

matching::CompiledRule rule_of(const Json& item) { return matching::Rule::compile(language(), item["rule"].GetString(), manual_of(item)); }

/// The formula; null where the item states none.
const Json& formula_of(const Json& item) {
  static const Json none;
  const Json& benefit = item["benefit"];
  return benefit.IsObject() ? benefit["formula"] : none;
}

/// A profile built from JSON, with the storage its values view.
class Profile {
 public:
  Profile() : slots_(language()->dictionary().size()) {}

  void set(const std::string& name, const Json& json) {
    const matching::Attribute* const attribute = language()->dictionary().find(name);
    ASSERT_NE(attribute, nullptr) << "unknown attribute " << name;
    std::vector<std::string_view> list;
    const matching::Reading reading = language()->dictionary().read(*attribute, raw(json, list), arena_);
    ASSERT_FALSE(reading.mistake) << reading.mistake->message_en;
    slots_[attribute->slot] = reading.value;
  }

  void unset(const std::string& name) {
    const matching::Attribute* const attribute = language()->dictionary().find(name);
    ASSERT_NE(attribute, nullptr) << "unknown attribute " << name;
    slots_[attribute->slot] = cel::Value::missing();
  }

  std::span<const cel::Value> slots() const { return slots_; }

 private:
  static matching::RawValue raw(const Json& json, std::vector<std::string_view>& list) {
    if (json.IsBool()) return matching::RawValue::of(json.GetBool());
    if (json.IsInt64()) return matching::RawValue::of(std::int64_t{json.GetInt64()});
    if (json.IsNumber()) return matching::RawValue::of(json.GetDouble());
    if (json.IsString()) return matching::RawValue::of(std::string_view(json.GetString(), json.GetStringLength()));
    if (!json.IsArray()) return {};
    for (const Json& element : json.GetArray()) list.emplace_back(element.GetString(), element.GetStringLength());
    return matching::RawValue::of(std::span<const std::string_view>(list));
  }

  std::vector<cel::Value> slots_;
  cel::Arena arena_;
};

/// One hand-made profile and what an item must say of it.
struct Case {
  std::string name;
  Profile profile;
  std::map<std::string, bool> determined;
  cel::Value asof;

  std::vector<matching::Determination> determinations() const {
    std::vector<matching::Determination> result;
    for (const auto& [condition, value] : determined) result.push_back({condition, value});
    return result;
  }
};

void overlay(Case& made, const Json& from) {
  for (const char* member : {"base", "set"})
    if (from.HasMember(member))
      for (const auto& attribute : from[member].GetObject()) made.profile.set(attribute.name.GetString(), attribute.value);
  if (from.HasMember("unset"))
    for (const Json& name : from["unset"].GetArray()) made.profile.unset(name.GetString());
  if (from.HasMember("determinations"))
    for (const auto& entry : from["determinations"].GetObject()) made.determined[entry.name.GetString()] = entry.value.GetBool();
  if (from.HasMember("asof")) {
    const auto day = matching::parse_date(from["asof"].GetString());
    ASSERT_TRUE(day) << "asof is no date";
    made.asof = matching::midnight(*day);
  }
}

std::set<std::string> failing_attributes(const matching::Explanation& explanation) {
  std::set<std::string> names;
  for (const std::uint32_t index : explanation.failing)
    for (const std::uint32_t slot : explanation.leaves[index].leaf->slots) names.insert(language()->dictionary()[slot].name);
  for (const std::string_view name : explanation.failing_manual) names.emplace(name);
  return names;
}

void expect_outcome(const matching::Rule& rule, const Json& item, const Case& made, const Json& expected) {
  cel::Arena arena;
  const auto determinations = made.determinations();
  const Verdict verdict = matching::decide(rule, made.profile.slots(), determinations, made.asof, arena);
  EXPECT_EQ(to_string(verdict), std::string_view(expected["verdict"].GetString()));
  const matching::Explanation explanation = matching::explain(rule, made.profile.slots(), determinations, made.asof, arena);
  EXPECT_EQ(to_string(explanation.verdict), to_string(verdict)) << "decide and explain disagree";
  if (expected.HasMember("failing")) {
    std::set<std::string> wanted;
    for (const Json& name : expected["failing"].GetArray()) wanted.insert(name.GetString());
    EXPECT_EQ(failing_attributes(explanation), wanted);
  }
  if (expected.HasMember("benefit")) {
    if (!formula_of(item).IsString()) {
      EXPECT_TRUE(expected["benefit"].IsNull()) << "a benefit is expected of an item without a formula";
      return;
    }
    const auto compiled = matching::Formula::compile(language(), formula_of(item).GetString());
    ASSERT_TRUE(compiled) << told(compiled.diagnostics);
    const auto amount = compiled.formula->amount(made.profile.slots(), made.asof, arena);
    if (expected["benefit"].IsNull()) {
      EXPECT_FALSE(amount) << *amount;
    } else {
      EXPECT_EQ(amount, std::optional<std::int64_t>(expected["benefit"].GetInt64()));
    }
  }
}

std::filesystem::path cases_path(const std::string& id) { return root / "tests/samples/cases" / (id + ".json"); }

TEST(SampleItems, AreTheNinetyNineOfTheSource) { EXPECT_EQ(items().size(), 99U); }

TEST(SampleItems, CarryTheIdOfTheirFileAndOfTheirDocument) {
  for (const auto& [id, json] : items()) {
    EXPECT_EQ(id, json["id"].GetString());
    EXPECT_TRUE(json["document"].IsObject()) << id;
    EXPECT_EQ(id, json["item"]["document"].GetString());
  }
}

TEST(SampleItems, HaveRulesAndFormulasThatCheckAgainstTheDictionary) {
  for (const auto& [id, json] : items()) {
    SCOPED_TRACE(id);
    const auto rule = rule_of(json["item"]);
    EXPECT_TRUE(rule) << told(rule.diagnostics);
    if (formula_of(json["item"]).IsString()) {
      const auto formula = matching::Formula::compile(language(), formula_of(json["item"]).GetString());
      EXPECT_TRUE(formula) << told(formula.diagnostics);
    }
  }
}

TEST(SampleItems, KeepTheirMeaningWhenTheirNormalisedRuleIsReadAgain) {
  for (const auto& [id, json] : items()) {
    const auto rule = rule_of(json["item"]);
    ASSERT_TRUE(rule) << id;
    const auto again = matching::Rule::compile(language(), rule.rule->normalised(), manual_of(json["item"]));
    ASSERT_TRUE(again) << id << ": " << rule.rule->normalised() << "\n" << told(again.diagnostics);
    EXPECT_EQ(again.rule->normalised(), rule.rule->normalised());
    EXPECT_EQ(again.rule->leaves().size(), rule.rule->leaves().size());
  }
}

TEST(SampleItems, NameOnlyDeclaredManualConditions) {
  std::set<std::string> declared;
  std::istringstream lines(reference("manual-conditions.csv"));
  for (std::string line; std::getline(lines, line);) declared.insert(line.substr(0, line.find(',')));
  for (const auto& [id, json] : items())
    for (const auto& condition : manual_of(json["item"])) {
      EXPECT_TRUE(declared.contains(condition.name)) << id << " names " << condition.name;
      EXPECT_FALSE(condition.label_zh.empty()) << id;
    }
}

TEST(SampleItems, HaveCasesOnBothSidesOfTheirRule) {
  std::size_t covered = 0, cases = 0;
  for (const auto& [id, json] : items()) {
    SCOPED_TRACE(id);
    ASSERT_TRUE(std::filesystem::exists(cases_path(id)));
    const auto file = read_json(cases_path(id));
    bool yes = false, no = std::string_view(json["item"]["rule"].GetString()) == "true";
    for (const Json& one : file["cases"].GetArray()) {
      const std::string_view verdict = one["verdict"].GetString();
      yes = yes || verdict == "eligible" || verdict == "manual";
      no = no || verdict == "ineligible";
      ++cases;
    }
    EXPECT_TRUE(yes) << "no case is eligible or manual";
    EXPECT_TRUE(no) << "no case is ineligible";
    covered += yes && no;
  }
  std::cout << covered << " of " << items().size() << " items are covered by " << cases << " cases\n";
}

TEST(SampleItems, DecideEveryCaseAsItsAuthorReadTheText) {
  for (const auto& [id, json] : items()) {
    if (!std::filesystem::exists(cases_path(id))) continue;
    const auto file = read_json(cases_path(id));
    const auto compiled = rule_of(json["item"]);
    ASSERT_TRUE(compiled) << id << "\n" << told(compiled.diagnostics);
    for (const Json& one : file["cases"].GetArray()) {
      SCOPED_TRACE(id + ": " + one["name"].GetString());
      Case made;
      overlay(made, file);
      overlay(made, one);
      expect_outcome(*compiled.rule, json["item"], made, one);
    }
  }
}

/// All cases' profiles, and mixtures of them in which some values are another case's or missing.
std::vector<std::vector<cel::Value>> many_profiles(std::vector<std::unique_ptr<Case>>& cases) {
  for (const auto& [id, json] : items()) {
    // Profiles view the texts of their case, so the files stay for as long as the program runs.
    static std::map<std::string, rapidjson::Document> files;
    const auto& file = files.try_emplace(id, read_json(cases_path(id))).first->second;
    for (const Json& one : file["cases"].GetArray()) {
      cases.push_back(std::make_unique<Case>());
      overlay(*cases.back(), file);
      overlay(*cases.back(), one);
    }
  }
  std::vector<std::vector<cel::Value>> profiles;
  for (const auto& made : cases) profiles.emplace_back(made->profile.slots().begin(), made->profile.slots().end());
  std::mt19937 random(99);
  const std::size_t plain = profiles.size();
  while (profiles.size() < 3000) {
    std::vector<cel::Value> mixed = profiles[random() % plain];
    for (int others = 0; others < 6; ++others) {
      const auto& other = profiles[random() % plain];
      for (std::size_t slot = 0; slot < mixed.size(); ++slot)
        if (!other[slot].is_missing() && random() % 3 != 0) mixed[slot] = random() % 12 == 0 ? cel::Value() : other[slot];
    }
    profiles.push_back(std::move(mixed));
  }
  return profiles;
}

TEST(SampleItems, AreDecidedInBitsAsTheyAreOneByOne) {
  namespace engine = matching::engine;
  std::vector<std::unique_ptr<Case>> cases;
  const auto profiles = many_profiles(cases);
  engine::Engine all(language());
  std::vector<matching::Rule> rules;
  for (const auto& [id, json] : items()) {
    rules.push_back(*rule_of(json["item"]).rule);
    all.set_rule(static_cast<engine::RuleId>(rules.size() - 1), rules.back());
  }
  const auto determinations = [&](std::size_t profile) { return cases[profile % cases.size()]->determinations(); };
  for (std::size_t p = 0; p < profiles.size(); ++p)
    ASSERT_FALSE(all.set_profile(static_cast<engine::ProfileId>(p), profiles[p], determinations(p)));
  all.compact();
  all.publish();
  std::size_t conditions = 0, computed = 0;
  for (const matching::Rule& rule : rules)
    for (const engine::Condition& condition : engine::lower(rule).conditions) {
      ++conditions;
      computed += condition.kind == engine::ConditionKind::computed;
    }
  std::cout << computed << " of " << conditions << " conditions are left to cel\n";
  EXPECT_LT(computed * 10, conditions);
  std::map<Verdict, std::size_t> seen;
  for (const int year : {2022, 2024, 2026}) {
    const cel::Value asof = matching::midnight(std::chrono::sys_days(std::chrono::year(year) / 6 / 30));
    engine::PageMatch page(all.epoch(), asof);
    for (std::size_t p = 0; p < profiles.size(); ++p) {
      std::vector<Verdict> found(rules.size(), Verdict::ineligible);
      ASSERT_TRUE(page.decide(static_cast<engine::ProfileId>(p)));
      page.for_each([&](engine::RuleId rule, Verdict verdict) { found[rule] = verdict; });
      for (std::size_t r = 0; r < rules.size(); ++r) {
        cel::Arena arena;
        ASSERT_EQ(to_string(found[r]), to_string(matching::decide(rules[r], profiles[p], determinations(p), asof, arena)))
            << rules[r].normalised();
        ++seen[found[r]];
      }
    }
    for (const matching::Rule& rule : rules) {
      engine::AudienceMatch audience(engine::plan(all.epoch(), rule, asof));
      std::map<Verdict, std::uint64_t> counted;
      for (std::size_t p = 0; p < profiles.size(); ++p) {
        cel::Arena arena;
        ++counted[matching::decide(rule, profiles[p], determinations(p), asof, arena)];
      }
      EXPECT_EQ(audience.count(), (engine::AudienceCounts{counted[Verdict::eligible], counted[Verdict::manual], counted[Verdict::unknown],
                                                          counted[Verdict::ineligible]}));
    }
  }
  for (const Verdict verdict : {Verdict::eligible, Verdict::manual, Verdict::unknown, Verdict::ineligible})
    EXPECT_GT(seen[verdict], 1000U) << to_string(verdict);
}

}  // namespace
}  // namespace zhida
