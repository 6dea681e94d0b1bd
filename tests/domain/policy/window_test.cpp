#include "domain/policy/window.hpp"

#include "domain/policy/document.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace zhida::policy {
namespace {

using domain::Date;

Date day(std::string_view text) { return *domain::parse_date(text); }
Moment moment(std::string_view text) {
  if (const auto date = domain::parse_date(text)) return *date;
  return *domain::parse_instant(text);
}
Window window(std::string_view from, std::string_view to) {
  Window result;
  if (!from.empty()) result.from = moment(from);
  if (!to.empty()) result.to = moment(to);
  return result;
}
WindowState at(const ItemContent& item, std::string_view date) { return window_at(item, day(date)); }

constexpr auto open = WindowState::open, not_yet = WindowState::not_yet, closed = WindowState::closed;

TEST(WindowAt, FollowsTheValidityWhereThereIsNoWindow) {
  ItemContent item;
  EXPECT_EQ(at(item, "1999-01-01"), open);
  item.valid_from = day("2024-01-01");
  EXPECT_EQ(at(item, "2023-12-31"), not_yet);
  EXPECT_EQ(at(item, "2024-01-01"), open);
  EXPECT_EQ(at(item, "2099-01-01"), open) << "no valid_to is an open end";
  item.valid_to = day("2024-12-31");
  EXPECT_EQ(at(item, "2024-12-31"), open);
  EXPECT_EQ(at(item, "2025-01-01"), closed);
}

TEST(WindowAt, IsNotYetBetweenTwoWindows) {  // SJ-TECHREN-2018
  ItemContent item;
  item.windows = {window("2022-12-12", "2023-01-15"), window("2022-04-21", "2022-05-21")};
  EXPECT_EQ(at(item, "2022-04-20"), not_yet);
  EXPECT_EQ(at(item, "2022-04-21"), open);
  EXPECT_EQ(at(item, "2022-05-21"), open);
  EXPECT_EQ(at(item, "2022-05-22"), not_yet);
  EXPECT_EQ(at(item, "2022-12-11"), not_yet);
  EXPECT_EQ(at(item, "2022-12-31"), open);
  EXPECT_EQ(at(item, "2023-01-15"), open);
  EXPECT_EQ(at(item, "2023-01-16"), closed);
}

TEST(WindowAt, CountsEveryMonthsDaysInside) {  // SH-STABLE-2020: the 5th to the 25th of March to December
  ItemContent item;
  item.windows = {window("2020-03-05", "2020-12-25")};
  item.windows[0].monthly = MonthlySpan{5, 25};
  EXPECT_EQ(at(item, "2020-02-10"), not_yet);
  EXPECT_EQ(at(item, "2020-03-04"), not_yet);
  EXPECT_EQ(at(item, "2020-03-05"), open);
  EXPECT_EQ(at(item, "2020-03-25"), open);
  EXPECT_EQ(at(item, "2020-03-26"), not_yet);
  EXPECT_EQ(at(item, "2020-12-25"), open);
  EXPECT_EQ(at(item, "2020-12-26"), closed);
}

TEST(WindowAt, CutsAMonthlySpanToTheMonth) {
  ItemContent item;
  item.windows = {Window{}};
  item.windows[0].monthly = MonthlySpan{30, 31};
  EXPECT_EQ(at(item, "2024-02-29"), not_yet) << "February has no 30th";
  EXPECT_EQ(deadline_after(item, day("2024-02-29")), day("2024-03-31"));
  EXPECT_EQ(at(item, "2024-04-30"), open);
  EXPECT_EQ(deadline_after(item, day("2024-04-30")), day("2024-04-30"));
}

TEST(WindowAt, TakesTheDayOfAnInstantInShanghai) {  // SJ-IPO-2021
  ItemContent item;
  item.windows = {window("2021-04-12T09:00:00+08:00", "2021-04-22T17:00:00+08:00")};
  EXPECT_EQ(at(item, "2021-04-11"), not_yet);
  EXPECT_EQ(at(item, "2021-04-12"), open);
  EXPECT_EQ(at(item, "2021-04-22"), open);
  EXPECT_EQ(at(item, "2021-04-23"), closed);
  item.windows = {window("2021-04-11T20:00:00-05:00", "2021-04-22T16:00:00Z")};
  EXPECT_EQ(at(item, "2021-04-11"), not_yet) << "it is the 12th in Shanghai by then";
  EXPECT_EQ(at(item, "2021-04-12"), open);
  EXPECT_EQ(at(item, "2021-04-22"), open);
  EXPECT_EQ(at(item, "2021-04-23"), closed) << "midnight ends the day before";
}

TEST(WindowAt, NeverOpensOutsideTheValidity) {
  ItemContent item;
  item.valid_to = day("2022-05-10");
  item.windows = {window("2022-04-21", "2022-05-21"), window("2022-12-12", "")};
  EXPECT_EQ(at(item, "2022-05-10"), open);
  EXPECT_EQ(at(item, "2022-05-11"), closed);
  EXPECT_EQ(deadline_after(item, day("2022-04-01")), day("2022-05-10"));
}

TEST(DeadlineAfter, IsNothingWithoutAnEnd) {
  ItemContent item;
  EXPECT_EQ(deadline_after(item, day("2024-01-01")), std::nullopt);
  item.windows = {window("2022-01-01", "2022-02-01")};
  EXPECT_EQ(deadline_after(item, day("2024-01-01")), std::nullopt);
  EXPECT_EQ(deadline_after(item, day("2022-01-05")), day("2022-02-01"));
}

RC_GTEST_PROP(WindowAt, IsOpenExactlyOnDaysOfSomeWindow, ()) {
  const Date start = day("2023-12-20");
  const auto number = [](int limit) { return *rc::gen::inRange(0, limit); };
  ItemContent item;
  std::vector<std::pair<int, int>> spans;
  for (int i = number(3); i >= 0; --i) {
    const int from = number(60), to = from + number(20);
    Window next;
    next.from = Moment(start + std::chrono::days(from));
    next.to = Moment(start + std::chrono::days(to));
    spans.emplace_back(from, to);
    item.windows.push_back(next);
  }
  const int asked = number(90);
  bool is_open = false, comes = false;
  for (const auto& [from, to] : spans) {
    is_open = is_open || (from <= asked && asked <= to);
    comes = comes || from > asked;
  }
  RC_ASSERT(window_at(item, start + std::chrono::days(asked)) == (is_open ? open : comes ? not_yet : closed));
}

Item published(int versions) {
  Item item;
  item.id = "X";
  for (int i = 1; i <= versions; ++i) {
    ItemVersion version;
    version.version = i;
    item.versions.push_back(version);
  }
  return item;
}

TEST(ValidityOf, NamesTheStrongestReason) {
  const Date today = day("2026-11-23");
  Item item = published(1);
  EXPECT_EQ(validity_of(item, 1, nullptr, today), Validity::effective);
  item.versions[0].content.valid_to = day("2026-11-22");
  EXPECT_EQ(validity_of(item, 1, nullptr, today), Validity::expired);
  item.versions[0].content.valid_to = day("2026-11-23");
  EXPECT_EQ(validity_of(item, 1, nullptr, today), Validity::effective);
  item = published(2);
  EXPECT_EQ(validity_of(item, 1, nullptr, today), Validity::amended);
  EXPECT_EQ(validity_of(item, 2, nullptr, today), Validity::effective);
  item.versions[0].content.valid_to = day("2026-01-01");
  EXPECT_EQ(validity_of(item, 1, nullptr, today), Validity::amended) << "the item goes on, as amended";
  item.versions[1].content.valid_to = day("2026-01-01");
  EXPECT_EQ(validity_of(item, 1, nullptr, today), Validity::expired);
  Document document;
  document.repealed_on = day("2026-11-24");
  EXPECT_EQ(validity_of(item, 2, &document, today), Validity::expired);
  document.repealed_on = today;
  EXPECT_EQ(validity_of(item, 2, &document, today), Validity::repealed);
  item.withdrawn_at = domain::Instant{};
  EXPECT_EQ(validity_of(item, 2, &document, today), Validity::withdrawn);
}

}  // namespace
}  // namespace zhida::policy
