// Check-ups, whose verdicts the matching engine gives, against the same written from the scalar evaluator alone.

#include "page/checkup/checkup_json.hpp"
#include "page/checkup/checkup_routes.hpp"
#include "services/sample_world.hpp"
#include "support/run_coroutine.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <string>

namespace zhida::page {
namespace {

using policy::Verdict;
using test::day_of;
using test::SampleWorld;

class OfferRulesTest : public testing::Test {
 protected:
  static std::shared_ptr<const ShelfView> shelf_of(std::vector<std::shared_ptr<const policy::CompiledItem>> items) {
    auto shelf = std::make_shared<ShelfView>();
    for (auto& item : items) shelf->offers.push_back({std::move(item), nullptr, nullptr});
    return shelf;
  }

  /// The check-up without questions, by the scalar evaluator.
  static std::string expected(const ShelfView& shelf, const CheckedSubject& subject, domain::Date asof) {
    std::array<int, 4> counts{};
    std::string items;
    contracts::JsonWriter writer(items);
    cel::Arena arena;
    writer.begin_array();
    for (const Offer& offer : shelf.offers) {
      arena.reset();
      const policy::ItemCheck check = policy::check_item(*offer.compiled, subject.view(), asof, arena);
      ++counts[static_cast<std::size_t>(check.decision.verdict)];
      begin_item(writer, offer, check, subject, asof, arena);
      writer.end_object();
    }
    writer.end_array();
    std::string json = R"({"asof":")";
    domain::append_date(json, asof);
    json += R"(","counts":{"eligible":)" + std::to_string(counts[0]) + R"(,"manual":)" + std::to_string(counts[1]) + R"(,"unknown":)" +
            std::to_string(counts[2]) + R"(,"ineligible":)" + std::to_string(counts[3]) + R"(},"items":)" + items;
    return json;
  }

  std::string answer(const std::shared_ptr<const ShelfView>& shelf, const CheckedSubject& subject, domain::Date asof) {
    std::string json;
    const auto body = [](OfferRules& with, std::shared_ptr<const ShelfView> of, const CheckedSubject& whom, domain::Date on,
                         std::string& into) -> boost::asio::awaitable<void> {
      into = co_await checkup_json(with, std::move(of), whom, on);
    };
    test::run_coroutine(world.io, body(rules, shelf, subject, asof, json));
    return json;
  }

  void expect_same(const std::shared_ptr<const ShelfView>& shelf, const CheckedSubject& subject, domain::Date asof) {
    const std::string json = answer(shelf, subject, asof), without = json.substr(0, json.find(R"(,"questions":)"));
    ASSERT_EQ(without, expected(*shelf, subject, asof));
  }

  SampleWorld world;
  OfferRules rules{world.reference.language};
};

TEST_F(OfferRulesTest, GiveTheSameAnswerByteForByteForTheRealItemsAndManyEnterprises) {
  world.know_all(400);
  const auto shelf = shelf_of(world.items);
  const std::size_t attributes = world.reference.dictionary->size();
  std::vector<cel::Value> others(attributes);
  for (std::size_t i = 0; i < world.usccs.size(); ++i) {
    const domain::Date date = i % 3 == 0 ? world.today : i % 3 == 1 ? day_of(2027, 1, 1) : day_of(2023, 3, 31);
    CheckedSubject subject(world.profiles, world.usccs[i], date);
    expect_same(shelf, subject, date);
    // What another one has as answers, and some of what is known hidden.
    world.profiles.slots(world.usccs[(i * 7 + 3) % world.usccs.size()], others);
    for (std::size_t slot = i % 4; slot < attributes; slot += 4) subject.answer(static_cast<std::uint32_t>(slot), others[slot]);
    expect_same(shelf, subject, date);
  }
  expect_same(shelf, CheckedSubject(world.profiles, world.generator.uscc(9'999), world.today), world.today);
}

TEST_F(OfferRulesTest, FollowTheShelf) {
  world.know_all(30);
  auto some = world.items;
  for (int round = 0; round < 8; ++round) {
    // Items come and go, and one gets another version.
    some.assign(world.items.begin() + round, world.items.end() - 5 * round);
    auto version = std::make_shared<policy::ItemVersion>(*some[1]->version);
    version->content.rule = round % 2 == 0 ? "true" : "p.employees > 10";
    auto changed = policy::CompiledItem::compile(world.reference.language, some[1]->id, std::move(version));
    some[1] = std::make_shared<const policy::CompiledItem>(std::move(*changed.item));
    const auto shelf = shelf_of(some);
    for (const enterprise::Uscc& uscc : world.usccs) expect_same(shelf, CheckedSubject(world.profiles, uscc, world.today), world.today);
  }
}

TEST_F(OfferRulesTest, TakeAnyNumberOfMadeUpAnswers) {
  const auto shelf = shelf_of(world.items);
  const matching::Dictionary& dictionary = *world.reference.dictionary;
  const auto open = std::ranges::find_if(dictionary.attributes(), [](const matching::Attribute& attribute) {
    return attribute.type == cel::string_type && !attribute.closed();
  });
  ASSERT_NE(open, dictionary.attributes().end());
  for (int i = 0; i < 40; ++i) {
    const std::string word = std::string(100'000, 'x') + std::to_string(i);
    CheckedSubject subject(world.profiles, world.generator.uscc(1), world.today);
    subject.answer(open->slot, cel::Value::string(word));
    expect_same(shelf, subject, world.today);
  }
}

TEST_F(OfferRulesTest, AskFirstWhatSettlesMostItems) {
  world.know_all(60);
  const auto shelf = shelf_of(world.items);
  std::size_t asked = 0;
  for (const enterprise::Uscc& uscc : world.usccs) {
    const CheckedSubject subject(world.profiles, uscc, world.today);
    const OfferVerdicts found = rules.decide(shelf, subject, world.today);
    std::map<std::uint32_t, std::pair<std::uint32_t, std::uint32_t>> counted;  // by attribute: settles, touches
    cel::Arena arena;
    for (const auto& item : world.items) {
      arena.reset();
      const policy::ItemCheck check = policy::check_item(*item, subject.view(), world.today, arena);
      if (check.decision.window == policy::WindowState::closed) continue;
      if (item->version->content.mode == policy::Mode::for_comment) continue;
      const auto& missing = check.explanation.missing;
      for (const std::uint32_t slot : missing) {
        ++counted[slot].second;
        if (missing.size() == 1) ++counted[slot].first;
      }
    }
    EXPECT_EQ(found.questions.size(), counted.size());
    for (const auto& question : found.questions) {
      EXPECT_EQ(question.settles, counted[question.attribute].first) << (*world.reference.dictionary)[question.attribute].name;
      EXPECT_EQ(question.touches, counted[question.attribute].second) << (*world.reference.dictionary)[question.attribute].name;
    }
    EXPECT_TRUE(std::ranges::is_sorted(found.questions, std::ranges::greater(),
                                       [](const auto& question) { return std::pair(question.settles, question.touches); }));
    asked += found.questions.size();
    const std::string json = answer(shelf, subject, world.today), told = json.substr(json.find(R"(,"questions":)"));
    const std::string first = (*world.reference.dictionary)[found.questions.front().attribute].name;
    EXPECT_TRUE(told.starts_with(R"(,"questions":[{"attribute":")" + first + "\"")) << told;
  }
  EXPECT_GT(asked, 0U);
}

TEST_F(OfferRulesTest, AskOnlyWhatHelpsToAnItemThatCanStillBeHad) {
  const auto item = [this](const char* id, const char* rule, policy::Mode mode, std::vector<policy::Window> windows) {
    auto version = std::make_shared<policy::ItemVersion>();
    version->content.rule = rule;
    version->content.mode = mode;
    version->content.windows = std::move(windows);
    auto made = policy::CompiledItem::compile(world.reference.language, id, std::move(version));
    return std::make_shared<const policy::CompiledItem>(std::move(*made.item));
  };
  const auto during = [](int year) { return std::vector<policy::Window>{{day_of(year, 1, 1), day_of(year, 12, 31), std::nullopt}}; };
  using policy::Mode;
  const auto shelf =
      shelf_of({item("A", "p.employees > 3", Mode::apply, during(2025)), item("B", "p.employees > 4", Mode::apply, during(2025)),
                item("C", "p.employees > 5", Mode::for_comment, {}), item("D", "p.is_branch", Mode::apply, during(2026)),
                item("E", "p.is_branch && p.revenue > 5", Mode::apply, during(2027))});
  const CheckedSubject subject(world.profiles, world.generator.uscc(9'999), world.today);
  const OfferVerdicts found = rules.decide(shelf, subject, world.today);
  const matching::Dictionary& dictionary = *world.reference.dictionary;
  ASSERT_EQ(found.questions.size(), 2U);
  EXPECT_EQ(dictionary[found.questions[0].attribute].name, "is_branch");
  EXPECT_EQ(found.questions[0].settles, 1U);
  EXPECT_EQ(found.questions[0].touches, 2U);
  EXPECT_EQ(dictionary[found.questions[1].attribute].name, "revenue");
  EXPECT_EQ(rules.decide(shelf, subject, day_of(2025, 6, 1)).questions.size(), 3U) << "as of a day when they were open";
}

}  // namespace
}  // namespace zhida::page
