// What the engine's writer promises: epochs that never change, values refused by name, rules and profiles that come and go.

#include "matching/engine/engine.hpp"

#include "matching/engine/audience_match.hpp"
#include "matching/engine/cross_match.hpp"
#include "matching/engine/page_match.hpp"
#include "matching/engine/world.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace zhida::matching::engine::test {
namespace {

const cel::Value asof = midnight(std::chrono::year(2026) / 6 / 30);

Rule rule(std::string_view text) {
  const CompiledRule compiled = Rule::compile(language(), text);
  if (!compiled) throw std::runtime_error(compiled.diagnostics[0].message_en);
  return *compiled.rule;
}

std::uint32_t slot(std::string_view name) { return language()->dictionary().find(name)->slot; }

std::vector<cel::Value> with(std::string_view name, cel::Value value) {
  std::vector<cel::Value> slots(language()->dictionary().size());
  slots[slot(name)] = value;
  return slots;
}

TEST(Engine, ShowsNothingBeforeItIsPublishedAndChangesNoEpochAfter) {
  Engine engine(language());
  engine.set_rule(3, rule("p.employees > 10"));
  ASSERT_FALSE(engine.set_profile(0, with("employees", cel::Value::integer(20))));
  EXPECT_EQ(engine.epoch()->rules(), 0U);
  engine.publish();
  const auto first = engine.epoch();
  ASSERT_FALSE(engine.set_profile(0, with("employees", cel::Value::integer(5))));
  engine.set_rule(3, rule("p.employees < 10"));
  engine.publish();
  PageMatch before(first, asof), after(engine.epoch(), asof);
  ASSERT_TRUE(before.decide(0));
  ASSERT_TRUE(after.decide(0));
  EXPECT_EQ(before.counts().eligible, 1U);
  EXPECT_EQ(after.counts().eligible, 1U);
  engine.remove_rule(3);
  engine.remove_profile(0);
  engine.publish();
  EXPECT_FALSE(PageMatch(engine.epoch(), asof).decide(0));
  ASSERT_TRUE(before.decide(0));
  EXPECT_EQ(before.counts().eligible, 1U);
}

TEST(Engine, RefusesAValueOutsideItsTypeByName) {
  Engine engine(language());
  const auto refused = engine.set_profile(0, with("employees", cel::Value::string("many")));
  ASSERT_TRUE(refused);
  EXPECT_NE(refused->message_en.find("employees"), std::string::npos);
  EXPECT_TRUE(engine.set_profile(0, with("rd_ratio", cel::Value::real(std::nan("")))));
  // Not midnight in Shanghai.
  EXPECT_TRUE(engine.set_profile(0, with("established", cel::Value::timestamp(3600))));
  const cel::Value number = cel::Value::integer(1);
  EXPECT_TRUE(engine.set_profile(0, with("qualifications", cel::Value::list(std::span(&number, 1)))));
  std::vector<cel::Value> beyond(language()->dictionary().size() + 1);
  beyond.back() = number;
  EXPECT_TRUE(engine.set_profile(0, beyond));
  engine.publish();
  EXPECT_FALSE(PageMatch(engine.epoch(), asof).decide(0)) << "nothing of a refused profile is taken over";
}

TEST(Engine, TellsNumbersApartAtTheEndsOfTheirRange) {
  Engine engine(language());
  const std::int64_t least = INT64_MIN, greatest = INT64_MAX;
  engine.set_rule(0, rule("p.taxable_income > 9223372036854775806"));
  engine.set_rule(1, rule("p.taxable_income <= -9223372036854775807 - 1"));
  engine.set_rule(2, rule("p.taxable_income >= 127 && p.taxable_income < 129"));
  engine.set_rule(3, rule("p.rd_ratio >= 0.0"));
  engine.set_rule(4, rule("p.rd_ratio < 0.1"));
  const std::vector<std::int64_t> values{least, least + 1, -1, 0, 127, 128, 129, greatest - 1, greatest};
  for (std::size_t i = 0; i < values.size(); ++i) {
    auto slots = with("taxable_income", cel::Value::integer(values[i]));
    slots[slot("rd_ratio")] = cel::Value::real(i == 0 ? -0.0 : i == 1 ? 0.1 : -0.5);
    ASSERT_FALSE(engine.set_profile(static_cast<ProfileId>(i), slots));
  }
  engine.publish();
  std::map<RuleId, Mask> found;
  CrossMatch match(engine.epoch(), asof);
  match.decide(0, [&](const DecidedRules& decided) {
    for (std::size_t i = 0; i < decided.ids.size(); ++i) found[decided.ids[i]] = decided.eligible(i);
  });
  const auto bits = [&](RuleId id) {
    std::vector<std::size_t> all;
    for_each_bit(found[id], [&](std::size_t bit) { all.push_back(bit); });
    return all;
  };
  using Bits = std::vector<std::size_t>;
  EXPECT_EQ(bits(0), (Bits{8}));
  EXPECT_EQ(bits(1), (Bits{0}));
  EXPECT_EQ(bits(2), (Bits{4, 5}));
  EXPECT_EQ(bits(3), (Bits{0, 1}));
  EXPECT_EQ(bits(4), (Bits{0, 2, 3, 4, 5, 6, 7, 8}));
}

TEST(Engine, LearnsWordsThatComeAfterTheRules) {
  Engine engine(language());
  engine.set_rule(0, rule("p.district.startsWith(\"31\") && !p.district.matches(\"7$\")"));
  engine.set_rule(1, rule("p.district.startsWith(\"310\") || p.employees > 5"));
  engine.publish();
  engine.compact();
  engine.publish();
  const std::vector<std::string> districts{"310112", "310117", "320500", "319999"};
  for (ProfileId id = 0; id < districts.size(); ++id)
    ASSERT_FALSE(engine.set_profile(id, with("district", cel::Value::string(districts[id]))));
  engine.publish();
  std::vector<std::size_t> eligible;
  PageMatch page(engine.epoch(), asof);
  for (ProfileId id = 0; id < districts.size(); ++id) {
    ASSERT_TRUE(page.decide(id));
    eligible.push_back(page.counts().eligible);
  }
  EXPECT_EQ(eligible, (std::vector<std::size_t>{2, 1, 0, 1}));
}

TEST(Engine, KeepsAnsweringWhileManyRulesBecomeASegment) {
  World world(9);
  const RuleId rules = Engine::most_delta_rules + 300;
  for (RuleId id = 0; id < rules; ++id) world.set_rule(id);
  for (ProfileId id = 0; id < 40; ++id) world.set_profile(id);
  world.engine.publish();
  ASSERT_TRUE(world.engine.epoch()->segments[0].rows);
  for (RuleId id = 0; id < rules; id += 3) id % 2 ? world.remove_rule(id) : world.set_rule(id);
  for (ProfileId id = 20; id < 60; ++id) world.set_profile(id);
  world.engine.publish();
  PageMatch page(world.engine.epoch(), asof);
  for (const auto& [profile, enterprise] : world.profiles) {
    std::map<RuleId, Verdict> found;
    ASSERT_TRUE(page.decide(profile));
    page.for_each([&](RuleId id, Verdict verdict) { found[id] = verdict; });
    for (const auto& [id, each] : world.rules) {
      const auto at = found.find(id);
      ASSERT_EQ(at == found.end() ? Verdict::ineligible : at->second, world.decide(each, enterprise, asof)) << each.normalised();
    }
  }
}

TEST(Engine, NamesTheRulesThatKeepAnAttributeFromBeingRetired) {
  Engine engine(language());
  engine.set_rule(4, rule("p.employees > 10 && p.size_class == \"small\""));
  engine.set_rule(2, rule("p.employees * 2 > p.listed_year"));
  engine.set_rule(9, rule("years_since(p.established, asof) >= 3 || has(p.rd_ratio)"));
  for (const bool compacted : {false, true}) {
    if (compacted) engine.compact();
    EXPECT_EQ(engine.rules_reading(slot("employees")), (std::vector<RuleId>{2, 4}));
    EXPECT_EQ(engine.rules_reading(slot("listed_year")), (std::vector<RuleId>{2}));
    EXPECT_EQ(engine.rules_reading(slot("rd_ratio")), (std::vector<RuleId>{9}));
    EXPECT_TRUE(engine.rules_reading(slot("district")).empty());
  }
  engine.remove_rule(4);
  EXPECT_TRUE(engine.rules_reading(slot("size_class")).empty());
}

TEST(Engine, TakesItsProfilesOverToAChangedDictionary) {
  Engine before(language());
  auto slots = with("employees", cel::Value::integer(20));
  slots[slot("size_class")] = cel::Value::string("small");
  slots[slot("rd_ratio")] = cel::Value::real(0.5);
  const Determination reviewed{"reviewed", true};
  ASSERT_FALSE(before.set_profile(5, slots, std::span(&reviewed, 1)));
  before.publish();
  // Without rd_ratio, with employees as text, with one attribute more in front of the others.
  std::string csv = matching::test::attributes_csv;
  const std::size_t first = csv.find('\n') + 1;
  csv.insert(first, "founders,int,persons,,,创始人,Founders,几人？,市场监管,public,current,,\n");
  const std::size_t ratio = csv.find("rd_ratio,");
  csv.erase(ratio, csv.find('\n', ratio) + 1 - ratio);
  csv.replace(csv.find("employees,int"), 13, "employees,string");
  const auto parsed = Dictionary::parse(csv, {{"industries", "code,name_zh\nC,制造业 \n3921,通信系统设备制造\n"}});
  ASSERT_TRUE(parsed.dictionary) << parsed.error;
  const auto changed = std::make_shared<const Language>(parsed.dictionary, cel::Registry());
  Engine after(changed, before);
  EXPECT_FALSE(Rule::compile(changed, "p.rd_ratio > 0.1"));
  EXPECT_FALSE(Rule::compile(changed, "p.employees > 10"));
  const char* const texts[] = {"p.size_class == \"small\"", "has(p.employees) || has(p.founders)", "p.founders > 1",
                               "p.size_class != \"large\" && manual.reviewed"};
  for (RuleId id = 0; id < 4; ++id) after.set_rule(id, *Rule::compile(changed, texts[id], {{"reviewed", "经评审"}}).rule);
  after.publish();
  PageMatch page(after.epoch(), asof);
  ASSERT_TRUE(page.decide(5));
  EXPECT_FALSE(page.decide(4));
  ASSERT_TRUE(page.decide(5));
  std::map<RuleId, Verdict> found;
  page.for_each([&](RuleId id, Verdict verdict) { found[id] = verdict; });
  EXPECT_EQ(found, (std::map<RuleId, Verdict>{{0, Verdict::eligible}, {2, Verdict::unknown}, {3, Verdict::eligible}}));
}

TEST(Epochs, AreReadByThreadsWhileTheWriterGoesOn) {
  World world(13);
  for (RuleId id = 0; id < 30; ++id) world.set_rule(id);
  for (ProfileId id = 0; id < 600; ++id) world.set_profile(id);
  world.engine.compact();
  world.engine.publish();
  std::atomic<bool> stop{false};
  std::atomic<std::size_t> read{0};
  MaskCache cache(1 << 20);
  const auto reader = [&](unsigned number) {
    while (!stop) {
      const auto epoch = world.engine.epoch();
      // The same epoch gives the same sums by all executors, whatever the writer does meanwhile.
      Counting counting(epoch);
      CrossMatch cross(epoch, asof);
      for (std::size_t block = 0; block < cross.blocks(); ++block) cross.decide(block, counting);
      std::uint64_t by_blocks = 0, by_pages = 0;
      const RuleCounts counts = counting.counts();
      for (const std::uint64_t each : counts.eligible) by_blocks += each;
      PageMatch page(epoch, asof);
      for (ProfileId id = 0; id < epoch->profiles(); ++id)
        if (page.decide(id)) by_pages += page.counts().eligible;
      EXPECT_EQ(by_blocks, by_pages);
      const Rule asked = rule(number % 2 ? "p.employees > 10 && p.district.startsWith(\"31\")" : "p.size_class == \"small\"");
      EXPECT_EQ(AudienceMatch(plan(epoch, asked, asof), &cache).count(), AudienceMatch(plan(epoch, asked, asof)).count());
      ++read;
    }
  };
  std::thread first(reader, 0), second(reader, 1);
  for (int round = 0; round < 60 || read < 6; ++round) {
    for (int i = 0; i < 20; ++i) world.set_profile(static_cast<ProfileId>(world.random.below(1500)));
    world.remove_profile(static_cast<ProfileId>(world.random.below(1500)));
    world.set_rule(static_cast<RuleId>(world.random.below(40)));
    if (round % 16 == 7) world.engine.compact();
    world.engine.publish();
  }
  stop = true;
  first.join();
  second.join();
}

}  // namespace
}  // namespace zhida::matching::engine::test
