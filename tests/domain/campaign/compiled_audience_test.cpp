#include "domain/campaign/already_applied.hpp"
#include "domain/campaign/audience_preview.hpp"
#include "domain/campaign/compiled_campaign.hpp"
#include "matching/date.hpp"
#include "matching/engine/engine.hpp"
#include "matching/support.hpp"

#include <gtest/gtest.h>

namespace zhida::campaign {
namespace {

using delivery::OutcomeType;
using enterprise::Uscc;
using matching::RawValue;
using policy::Verdict;

const domain::Date today = *domain::parse_date("2026-06-10");

Uscc uscc(int number) {
  std::string digits = "91310117MA1J00000";
  for (std::size_t at = 16, rest = static_cast<std::size_t>(number); rest > 0; --at, rest /= 31) digits[at] = Uscc::alphabet[rest % 31];
  return *Uscc::make(digits);
}

/// The slots of one enterprise of the test dictionary.
std::vector<cel::Value> slots(std::vector<std::pair<std::string, RawValue>> values) {
  static cel::Arena arena;
  std::vector<cel::Value> all(matching::test::dictionary()->size());
  for (const auto& [name, raw] : values) {
    const matching::Attribute* attribute = matching::test::dictionary()->find(name);
    all[attribute->slot] = matching::test::dictionary()->read(*attribute, raw, arena).value;
  }
  return all;
}

std::vector<cel::Value> company(std::string_view size, std::int64_t employees) {
  return slots({{"size_class", RawValue::of(size)}, {"employees", RawValue::of(employees)}});
}

std::shared_ptr<const policy::CompiledItem> item(std::string id, std::string rule, std::vector<policy::ManualCondition> manual = {},
                                                 std::optional<domain::Date> valid_to = {}) {
  auto version = std::make_shared<policy::ItemVersion>();
  version->content.rule = std::move(rule);
  version->content.manual = std::move(manual);
  version->content.valid_to = valid_to;
  version->content.benefit.emplace();
  version->content.benefit->formula = "100 * p.employees";
  auto compiled = policy::CompiledItem::compile(matching::test::language(), std::move(id), version);
  return std::make_shared<const policy::CompiledItem>(std::move(*compiled.item));
}

CompiledAudience compiled(Audience audience, PackageItems items = {}) {
  auto result = CompiledAudience::compile(matching::test::language(), std::move(audience), std::move(items));
  if (!result.audience) throw std::runtime_error(result.mistakes.front().diagnostics.front().message_en);
  return std::move(*result.audience);
}

bool contains(const CompiledAudience& audience, const std::vector<cel::Value>& known, CompiledAudience::Work& work,
              domain::Date date = today) {
  return audience.contains(uscc(1), {known, {}}, date, work);
}

TEST(CompiledAudience, OfARuleIgnoresTheItemsButDecidesThemForItsMembers) {
  const CompiledAudience audience =
      compiled(Audience{RuleAudience{"p.size_class == \"small\""}}, {item("A", "p.employees >= 10"), item("B", "p.employees < 10")});
  CompiledAudience::Work work;
  EXPECT_FALSE(contains(audience, company("large", 20), work));
  EXPECT_FALSE(contains(audience, slots({}), work)) << "unknown is never in";
  ASSERT_TRUE(contains(audience, company("small", 20), work));
  ASSERT_EQ(work.items.size(), 2U);
  EXPECT_EQ(work.items[0].verdict, Verdict::eligible);
  EXPECT_EQ(work.items[0].benefit, 2'000);
  EXPECT_EQ(work.items[1].verdict, Verdict::ineligible);
}

TEST(CompiledAudience, OfEligibleOnesTakesOpenWindowsAndManualVerdictsButNothingUnknown) {
  const PackageItems items{item("A", "p.employees >= 10", {{"m", "人工"}}), item("B", "true", {}, today - std::chrono::days(1))};
  const CompiledAudience audience = compiled(Audience{EligibleAudience{}}, items);
  CompiledAudience::Work work;
  EXPECT_TRUE(contains(audience, company("small", 20), work));
  EXPECT_EQ(work.items[0].verdict, Verdict::manual);
  EXPECT_FALSE(contains(audience, company("small", 5), work)) << "B is closed";
  EXPECT_FALSE(contains(audience, slots({}), work));
  EXPECT_TRUE(contains(audience, company("small", 5), work, today - std::chrono::days(1)));
}

TEST(CompiledAudience, CountsItsRulesInReadingOrder) {
  const Audience all{JoinedAudience{
      {Audience{RuleAudience{"p.employees > 1"}}, Audience{ListAudience({uscc(1)})}, Audience{RuleAudience{"p.size_class == \"small\""}}}}};
  const CompiledAudience audience = compiled(all);
  CompiledAudience::Work work;
  EXPECT_TRUE(contains(audience, company("small", 2), work));
  EXPECT_FALSE(contains(audience, company("large", 2), work));
  EXPECT_FALSE(contains(audience, company("small", 1), work));
  EXPECT_FALSE(audience.audience() == Audience{});
  ASSERT_TRUE(audience.listed());
  EXPECT_EQ(audience.listed()->size(), 1U);

  auto wrong = CompiledAudience::compile(
      matching::test::language(), Audience{JoinedAudience{{Audience{RuleAudience{"true"}}, Audience{RuleAudience{"p.nothing"}}}}}, {});
  EXPECT_FALSE(wrong.audience);
  ASSERT_EQ(wrong.mistakes.size(), 1U);
  EXPECT_EQ(wrong.mistakes[0].rule, 1U);
}

TEST(CompiledAudience, NamesEveryAttributeItReadsOnce) {
  const CompiledAudience audience =
      compiled(Audience{RuleAudience{"p.size_class == \"small\""}}, {item("A", "p.rd_ratio > 0.1 || p.size_class == \"large\"")});
  std::vector<std::string> names;
  for (const std::uint32_t slot : audience.slots()) names.push_back((*matching::test::dictionary())[slot].name);
  EXPECT_EQ(names, (std::vector<std::string>{"size_class", "employees", "rd_ratio"}));
}

TEST(CompiledCampaign, KeepsThePinnedVersionsAndSaysWhatIsMissing) {
  Campaign campaign;
  campaign.id = "c12";
  campaign.content_hash = "h1";
  campaign.plan.audience = Audience{RuleAudience{"true"}};
  campaign.package.contents = {{policy::ContentType::document, "D", 0, ""}, {policy::ContentType::item, "A", 3, "hash"}};
  int found = 0;
  CompiledCampaigns campaigns(matching::test::language(),
                              [&](std::string_view id, int version) -> std::shared_ptr<const policy::CompiledItem> {
                                ++found;
                                return id == "A" && version == 3 ? item("A", "true") : nullptr;
                              });
  const auto first = campaigns.get(campaign).compiled;
  ASSERT_TRUE(first);
  EXPECT_EQ(first->number, 12U);
  EXPECT_EQ(first->item_keys, std::vector<std::uint64_t>{delivery::hash_of("A")});
  EXPECT_EQ(campaigns.get(campaign).compiled, first);
  EXPECT_EQ(found, 1);

  campaign.content_hash = "h2";
  campaign.package.contents[1].version = 4;
  EXPECT_FALSE(campaigns.get(campaign).compiled);
  EXPECT_NE(campaigns.get(campaign).reason.find("version 4 of item A"), std::string::npos);
  EXPECT_EQ(found, 2);
}

TEST(AlreadyApplied, NeedsAnApplicationForEveryItemThatWasNotRejected) {
  const AppliedSince a{delivery::hash_of("A"), {}}, b{delivery::hash_of("B"), {}};
  delivery::Ledger ledger;
  const auto outcome = [&](std::uint64_t id, const AppliedSince& of, OutcomeType type) {
    delivery::OutcomeFact fact;
    fact.id = id;
    fact.item = of.item;
    fact.type = type;
    fact.at = domain::Instant(std::chrono::hours(500'000 + id));
    delivery::apply(ledger, fact);
  };
  EXPECT_FALSE(already_applied(ledger, std::vector{a}));
  outcome(1, a, OutcomeType::applied);
  EXPECT_TRUE(already_applied(ledger, std::vector{a}));
  EXPECT_FALSE(already_applied(ledger, std::vector{a, b}));
  EXPECT_FALSE(already_applied(ledger, {}));
  outcome(2, b, OutcomeType::paid);
  EXPECT_TRUE(already_applied(ledger, std::vector{a, b}));
  outcome(3, a, OutcomeType::rejected);
  EXPECT_FALSE(already_applied(ledger, std::vector{a}));
  outcome(4, a, OutcomeType::granted);
  EXPECT_TRUE(already_applied(ledger, std::vector{a}));
}

TEST(AlreadyApplied, IsAboutTheWindowThatIsOpenOrNext) {
  const auto date = [](const char* text) { return *domain::parse_date(text); };
  Campaign campaign;
  campaign.id = "c12";
  campaign.plan.audience = Audience{RuleAudience{"true"}};
  campaign.package.contents = {{policy::ContentType::item, "yearly", 1, ""}, {policy::ContentType::item, "always", 1, ""}};
  const auto find = [&](std::string_view id, int) {
    policy::ItemVersion version;
    version.content.rule = "true";
    if (id == "yearly")
      version.content.windows = {{date("2025-03-01"), date("2025-05-31"), std::nullopt},
                                 {date("2026-03-01"), date("2026-05-31"), policy::MonthlySpan{5, 25}}};
    auto made =
        policy::CompiledItem::compile(matching::test::language(), std::string(id), std::make_shared<const policy::ItemVersion>(version));
    return std::make_shared<const policy::CompiledItem>(std::move(*made.item));
  };
  const auto compiled = compile(campaign, matching::test::language(), find).compiled;
  ASSERT_TRUE(compiled);
  const auto since = [&](const char* today_is, std::size_t item) {
    return domain::format_date(domain::date_of(applied_since(*compiled, date(today_is))[item].since));
  };
  EXPECT_EQ(since("2025-04-01", 0), "2025-03-01");
  EXPECT_EQ(since("2026-04-10", 0), "2026-03-01") << "the window, not its days of this month";
  EXPECT_EQ(since("2025-12-01", 0), "2026-03-01") << "the next: whoever had the last is told of it";
  EXPECT_EQ(since("2026-08-01", 0), "2025-08-01") << "all over";
  EXPECT_EQ(since("2026-04-10", 1), "2025-04-10") << "no window";

  delivery::Ledger ledger;
  delivery::OutcomeFact fact;
  fact.id = 1;
  fact.item = delivery::hash_of("yearly");
  fact.at = domain::start_of(date("2025-04-02"));
  delivery::apply(ledger, fact);
  const auto told = [&](const char* today_is) {
    const auto items = applied_since(*compiled, date(today_is));
    return !already_applied(ledger, std::span(items).first(1));
  };
  EXPECT_FALSE(told("2025-05-01"));
  EXPECT_TRUE(told("2026-03-05"));
}

TEST(RulePreview, CountsVerdictsAndWhoLacksExactlyOneCondition) {
  RulePreview::Options options;
  options.date = today;
  options.near = true;
  options.sample = 2;
  const matching::Rule rule = matching::test::rule("p.size_class == \"small\" && p.employees >= 10");
  matching::engine::Engine engine(matching::test::language());
  std::vector<std::vector<cel::Value>> profiles;
  std::vector<Uscc> eligible;
  for (int i = 0; i < 100; ++i) {
    profiles.push_back(i % 4 == 0   ? company("small", 20)
                       : i % 4 == 1 ? company("small", 5)
                       : i % 4 == 2 ? company("large", 5)
                                    : slots({{"size_class", RawValue::of(std::string_view("small"))}}));
    engine.set_profile(static_cast<matching::engine::ProfileId>(i), profiles.back());
    if (i % 4 == 0) eligible.push_back(uscc(i));
  }
  engine.publish();
  matching::engine::AudienceMatch match(matching::engine::plan(engine.epoch(), rule, matching::midnight(today)));
  const auto name = [](std::size_t bit) { return uscc(static_cast<int>(bit)); };
  const auto subject = [&](std::size_t bit) { return policy::Subject{profiles[bit], {}}; };
  RulePreview preview(rule, options);
  const matching::engine::BlockVerdicts verdicts = match.decide(0);
  preview.add(verdicts, engine.epoch()->blocks[0]->present, match.one_short(), name, subject);
  EXPECT_EQ(preview.eligible(), 25U);
  EXPECT_EQ(preview.unknown(), 25U);
  EXPECT_EQ(preview.ineligible(), 50U);
  ASSERT_EQ(preview.near().size(), 1U);
  EXPECT_EQ(preview.near()[0].leaf, "p.employees >= 10");
  EXPECT_EQ(preview.near()[0].count, 25U);
  ASSERT_EQ(preview.sample().size(), 2U);
  for (const Uscc& each : preview.sample()) EXPECT_NE(std::ranges::find(eligible, each), eligible.end());
}

TEST(AudiencePreview, CountsItsMembersAndTheirVerdicts) {
  AudiencePreview preview(compiled(Audience{RuleAudience{"p.size_class == \"small\""}}, {item("A", "p.employees >= 10")}), today, 5);
  for (int i = 0; i < 30; ++i) {
    const std::vector<cel::Value> known = company(i % 2 == 0 ? "small" : "large", i < 10 ? 20 : 5);
    preview.add(uscc(i), {known, {}});
  }
  EXPECT_EQ(preview.audience(), 15U);
  EXPECT_EQ(preview.verdicts()[0][static_cast<std::size_t>(Verdict::eligible)], 5U);
  EXPECT_EQ(preview.verdicts()[0][static_cast<std::size_t>(Verdict::ineligible)], 10U);
  EXPECT_EQ(preview.sample().size(), 5U);
}

}  // namespace
}  // namespace zhida::campaign
