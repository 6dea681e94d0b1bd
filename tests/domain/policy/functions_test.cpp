#include "domain/policy/functions.hpp"

#include "cel/program.hpp"
#include "matching/date.hpp"
#include "support/repository.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace zhida::policy {
namespace {

using namespace std::chrono;

std::string reference(const std::string& name) {
  std::ostringstream text;
  text << std::ifstream(zhida::test::repository() / "schemas/reference" / name).rdbuf();
  return text.str();
}

const cel::Environment& environment() {
  static const cel::Environment shared = [] {
    cel::Environment made(
        functions(std::make_shared<const enterprise::IndustryTree>(enterprise::IndustryTree::parse(reference("industries.csv")).value()),
                  std::make_shared<const calendar::WorkCalendar>(calendar::WorkCalendar::parse(reference("workdays.csv")).value())));
    made.add_field("p", {"industry", cel::string_type, 0});
    made.add_field("p", {"date", cel::timestamp_type, 1});
    made.set_instant("asof");
    return made;
  }();
  return shared;
}

cel::Value value_of(std::string_view text, sys_days date, sys_days asof, std::string_view industry = "3921") {
  const cel::Checked checked = cel::check(text, environment());
  if (!checked) throw std::runtime_error(checked.diagnostics[0].message_en);
  const cel::Value slots[] = {cel::Value::string(industry), matching::midnight(date)};
  cel::Arena arena;
  return checked.program->evaluate(slots, matching::midnight(asof), arena);
}

TEST(Under, ChecksItsCodeWhileTheRuleIsWritten) {
  EXPECT_TRUE(value_of("under(p.industry, \"39\")", {}, {}).is_true());
  EXPECT_TRUE(value_of("under(p.industry, \"D\")", {}, {}).is_false());
  const cel::Checked wrong = cel::check("under(p.industry, \"3998\") || under(p.industry, \"Z\")", environment());
  ASSERT_EQ(wrong.diagnostics.size(), 2U);
  EXPECT_EQ(wrong.diagnostics[0].problem, cel::Problem::unknown_literal);
  EXPECT_FALSE(wrong.diagnostics[0].suggestion.empty());
  EXPECT_FALSE(cel::check("under(p.industry, p.industry)", environment()));
}

TEST(Under, IsUnknownWhereTheIndustryIs) {
  const cel::Checked checked = cel::check("under(p.industry, \"39\")", environment());
  cel::Arena arena;
  EXPECT_TRUE(checked.program->evaluate({}, {}, arena).is_missing());
}

TEST(YearsSince, CountsTheAnniversary) {
  EXPECT_EQ(years_between(2023y / 6 / 30, 2026y / 6 / 29), 2);
  EXPECT_EQ(years_between(2023y / 6 / 30, 2026y / 6 / 30), 3);
  EXPECT_EQ(years_between(2026y / 6 / 30, 2026y / 6 / 30), 0);
  EXPECT_EQ(years_between(2026y / 7 / 1, 2026y / 6 / 30), -1);
}

// Civil Code, art. 202: where the month has no corresponding day, the period ends on the last day of the month.
TEST(YearsSince, EndsAYearBegunOnALeapDayWithFebruary) {
  EXPECT_EQ(years_between(2024y / 2 / 29, 2025y / 2 / 27), 0);
  EXPECT_EQ(years_between(2024y / 2 / 29, 2025y / 2 / 28), 1);
  EXPECT_EQ(years_between(2024y / 2 / 29, 2028y / 2 / 28), 3);
  EXPECT_EQ(years_between(2024y / 2 / 29, 2028y / 2 / 29), 4);
}

TEST(YearsSince, TakesItsDaysInShanghai) {
  EXPECT_EQ(value_of("years_since(p.date, asof)", 2023y / 1 / 1, 2026y / 1 / 1).as_integer(), 3);
  EXPECT_EQ(value_of("years_since(p.date, asof)", 2023y / 1 / 1, 2025y / 12 / 31).as_integer(), 2);
  EXPECT_EQ(value_of("years_since(p.date, timestamp(\"2025-12-31T16:00:00Z\"))", 2023y / 1 / 1, {}).as_integer(), 3);
}

TEST(WorkdaysUntil, CountsWorkingDaysAndFailsOutsideTheCalendar) {
  EXPECT_EQ(value_of("workdays_until(p.date, asof)", 2026y / 10 / 10, 2026y / 9 / 30).as_integer(), 3);
  const cel::Value outside = value_of("workdays_until(p.date, asof) < 5", 2027y / 1 / 4, 2026y / 12 / 30);
  ASSERT_TRUE(outside.is_error());
  EXPECT_EQ(outside.fault(), cel::Fault::outside_table);
}

}  // namespace
}  // namespace zhida::policy
