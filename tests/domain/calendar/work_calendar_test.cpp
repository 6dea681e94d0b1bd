#include "domain/calendar/work_calendar.hpp"

#include "support/repository.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <fstream>
#include <sstream>

namespace zhida::calendar {
namespace {

using namespace std::chrono;

const WorkCalendar& state_council() {
  static const WorkCalendar shared = [] {
    std::ostringstream text;
    text << std::ifstream(zhida::test::repository() / "schemas/reference/workdays.csv").rdbuf();
    return WorkCalendar::parse(text.str()).value();
  }();
  return shared;
}

TEST(WorkCalendar, FollowsTheWeekExceptWhereTheStateCouncilArrangedOtherwise) {
  EXPECT_EQ(state_council().first(), sys_days(2022y / 1 / 1));
  EXPECT_EQ(state_council().last(), sys_days(2026y / 12 / 31));
  EXPECT_TRUE(*state_council().is_workday(2026y / 11 / 23));
  EXPECT_FALSE(*state_council().is_workday(2026y / 11 / 22));
  EXPECT_FALSE(*state_council().is_workday(2026y / 10 / 7)) << "a Wednesday of the National Day holiday";
  EXPECT_TRUE(*state_council().is_workday(2026y / 10 / 10)) << "a Saturday worked instead";
  EXPECT_FALSE(*state_council().is_workday(2022y / 1 / 1));
}

TEST(WorkCalendar, CountsWorkingDaysAfterTheFirstUpToTheLast) {
  EXPECT_EQ(*state_council().workdays_between(2026y / 11 / 23, 2026y / 11 / 27), 4);
  EXPECT_EQ(*state_council().workdays_between(2026y / 11 / 20, 2026y / 11 / 23), 1);
  EXPECT_EQ(*state_council().workdays_between(2026y / 11 / 23, 2026y / 11 / 23), 0);
  EXPECT_EQ(*state_council().workdays_between(2026y / 11 / 27, 2026y / 11 / 23), -4);
  EXPECT_EQ(*state_council().workdays_between(2026y / 9 / 30, 2026y / 10 / 10), 3) << "8, 9 and 10 October";
}

TEST(WorkCalendar, AddsWorkingDays) {
  EXPECT_EQ(*state_council().add_workdays(2026y / 9 / 30, 1), sys_days(2026y / 10 / 8));
  EXPECT_EQ(*state_council().add_workdays(2026y / 11 / 22, 0), sys_days(2026y / 11 / 23));
  EXPECT_EQ(*state_council().add_workdays(2026y / 11 / 22, -1), sys_days(2026y / 11 / 20));
  EXPECT_EQ(*state_council().add_workdays(2026y / 11 / 23, -1), sys_days(2026y / 11 / 20));
  EXPECT_EQ(*state_council().add_workdays(2026y / 11 / 23, 0), sys_days(2026y / 11 / 23));
}

TEST(WorkCalendar, NeverGuessesADayOutsideItsYears) {
  EXPECT_EQ(state_council().is_workday(2021y / 12 / 31).error(), CalendarError::outside);
  EXPECT_EQ(state_council().workdays_between(2026y / 12 / 31, 2027y / 1 / 1).error(), CalendarError::outside);
  EXPECT_EQ(state_council().add_workdays(2026y / 12 / 31, 1).error(), CalendarError::outside);
  EXPECT_EQ(state_council().add_workdays(2022y / 1 / 3, -1).error(), CalendarError::outside);
  EXPECT_EQ(state_council().add_workdays(2026y / 1 / 5, 2'000'000'000).error(), CalendarError::outside);
}

TEST(WorkCalendar, RefusesAMalformedTable) {
  for (const char* csv : {"", "date,kind\n", "day,kind\n2026-01-01,holiday\n", "date,kind\n2026-02-30,holiday\n",
                          "date,kind\n2026-01-01,party\n", "date,kind\n2026-01-01,holiday\n2026-01-01,makeup_workday\n"})
    EXPECT_EQ(WorkCalendar::parse(csv).error(), CalendarError::malformed) << csv;
}

TEST(WorkCalendar, AddsWhatItCountsAsCountingDayByDayDoes) {
  EXPECT_TRUE(rc::check([] {
    const Day from = sys_days(2022y / 1 / 1) + days(*rc::gen::inRange(200, 1500));
    const int n = *rc::gen::inRange(1, 100);
    const Day to = *state_council().add_workdays(from, n);
    int counted = 0;
    for (Day day = from + days(1); day <= to; day += days(1)) counted += *state_council().is_workday(day);
    RC_ASSERT(counted == n);
    RC_ASSERT(*state_council().is_workday(to));
    RC_ASSERT(*state_council().workdays_between(from, to) == n);
  }));
}

}  // namespace
}  // namespace zhida::calendar
