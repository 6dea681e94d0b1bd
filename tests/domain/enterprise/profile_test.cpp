#include "domain/enterprise/profile.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace zhida::enterprise {
namespace {

using namespace std::chrono_literals;

domain::Date day(int number) { return domain::Date(2026y / 1 / 1) + std::chrono::days(number); }

using Known = Statement<std::optional<int>>;  // no value = removed

Known said(std::optional<int> value, int as_of, std::uint64_t offset, std::string_view source = "统计局") {
  return {value, {day(as_of), offset}, source};
}

TEST(ProfileMerge, LetsTheNewerDayWinAndOnOneDayTheLaterRecord) {
  const Known known = said(5, 10, 100);
  EXPECT_EQ(merge<std::optional<int>>(nullptr, known), Merge::applied);
  EXPECT_EQ(merge(&known, said(6, 9, 200)), Merge::older_as_of);
  EXPECT_EQ(merge(&known, said(6, 11, 1)), Merge::applied);
  EXPECT_EQ(merge(&known, said(6, 10, 101)), Merge::applied);
  EXPECT_EQ(merge(&known, said(6, 10, Stamp::not_yet_recorded)), Merge::applied);
}

TEST(ProfileMerge, CallsARepetitionUnchanged) {
  const Known known = said(5, 10, 100);
  EXPECT_EQ(merge(&known, said(5, 10, Stamp::not_yet_recorded)), Merge::unchanged);
  EXPECT_EQ(merge(&known, said(5, 11, Stamp::not_yet_recorded)), Merge::applied) << "it is known to hold on a later day";
  EXPECT_EQ(merge(&known, said(5, 10, Stamp::not_yet_recorded, "税务局")), Merge::applied) << "another source says so";
}

TEST(ProfileMerge, KeepsARemovalAgainstOlderValues) {
  const Known removed = said(std::nullopt, 10, 100);
  EXPECT_EQ(merge(&removed, said(5, 9, 101)), Merge::older_as_of);
  EXPECT_EQ(merge(&removed, said(5, 11, 101)), Merge::applied);
  EXPECT_EQ(merge(&removed, said(std::nullopt, 10, Stamp::not_yet_recorded)), Merge::unchanged);
}

RC_GTEST_PROP(ProfileFold, DoesNotDependOnTheOrderOfRecords, ()) {
  const auto values = *rc::gen::container<std::vector<std::pair<int, int>>>(rc::gen::pair(rc::gen::inRange(0, 3), rc::gen::inRange(0, 4)));
  std::vector<Known> statements;
  for (std::size_t i = 0; i < values.size(); ++i)
    statements.push_back(said(values[i].first == 0 ? std::nullopt : std::optional(values[i].first), values[i].second, i));
  const auto fold = [](const std::vector<Known>& order) {
    std::optional<Known> known;
    for (const Known& next : order)
      if (merge(known ? &*known : nullptr, next) == Merge::applied) known = next;
    return known;
  };
  const auto expected = fold(statements);
  auto shuffled = statements;
  for (std::size_t i = shuffled.size(); i > 1; --i) std::swap(shuffled[i - 1], shuffled[*rc::gen::inRange<std::size_t>(0, i)]);
  const auto result = fold(shuffled);
  RC_ASSERT(result.has_value() == expected.has_value());
  if (result) RC_ASSERT(result->value == expected->value && result->stamp == expected->stamp);
}

TEST(RawValues, AreComparedByKindAndContent) {
  const std::vector<std::string_view> one = {"a", "b"}, two = {"a"};
  EXPECT_TRUE(same(RawValue::of(one), RawValue::of(one)));
  EXPECT_FALSE(same(RawValue::of(one), RawValue::of(two)));
  EXPECT_FALSE(same(RawValue::of(std::int64_t{1}), RawValue::of(1.0)));
  EXPECT_FALSE(same(RawValue::of(true), RawValue()));
  EXPECT_TRUE(same(RawValue(), RawValue()));
}

TEST(Determinations, HoldUntilTheirLastDay) {
  Determination determination{"listed", true, "区科委", day(0), day(10), ""};
  EXPECT_EQ(answer_on(determination, day(10)), std::optional(true));
  EXPECT_EQ(answer_on(determination, day(11)), std::nullopt);
  determination.valid_to.reset();
  EXPECT_EQ(answer_on(determination, day(5000)), std::optional(true));
  determination.value = false;
  EXPECT_EQ(answer_on(determination, day(1)), std::optional(false));
}

TEST(Determinations, AreReplacedByLaterOnes) {
  const Determination first{"listed", true, "区科委", day(5), std::nullopt, "批文1"};
  Determination second = first;
  EXPECT_EQ(merge(&first, 1, second, Stamp::not_yet_recorded), Merge::unchanged);
  second.value = false;
  EXPECT_EQ(merge(&first, 1, second, Stamp::not_yet_recorded), Merge::applied);
  second.as_of = day(4);
  EXPECT_EQ(merge(&first, 1, second, Stamp::not_yet_recorded), Merge::older_as_of);
}

}  // namespace
}  // namespace zhida::enterprise
