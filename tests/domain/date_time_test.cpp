#include "domain/date_time.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace zhida::domain {
namespace {

TEST(Dates, ExistOrAreRefused) {
  EXPECT_EQ(format_date(*parse_date("2024-02-29")), "2024-02-29");
  for (const char* text :
       {"2022-02-31", "2023-02-29", "2022-13-01", "2022-1-01", "2022-01-01 ", "0000-01-01", "20220101", "", "２022-01-01"})
    EXPECT_FALSE(parse_date(text)) << text;
}

TEST(Instants, AreReadWithTheirOffset) {
  const auto instant = parse_instant("2021-04-12T09:00:00+08:00");
  ASSERT_TRUE(instant);
  EXPECT_EQ(instant, parse_instant("2021-04-12T01:00:00Z"));
  EXPECT_EQ(instant, parse_instant("2021-04-11T20:00:00.000-05:00"));
  EXPECT_EQ(format_instant(*parse_instant("2021-04-12T01:00:00.1239Z")), "2021-04-12T09:00:00.123+08:00");
  for (const char* text : {"2021-04-12", "2021-04-12T09:00:00", "2021-04-31T09:00:00Z", "2021-04-12T24:00:00Z", "2021-04-12T09:00:00.Z",
                           "2021-04-12T09:00:00+8:00", "2021-04-12 09:00:00Z", "2021-04-12T09:00Z", "2021-04-12T09:00:00+08:00x"})
    EXPECT_FALSE(parse_instant(text)) << text;
}

TEST(Days, BeginAtMidnightInShanghai) {
  const Date day = *parse_date("2026-11-23");
  EXPECT_EQ(format_instant(start_of(day)), "2026-11-23T00:00:00+08:00");
  EXPECT_EQ(date_of(start_of(day)), day);
  EXPECT_EQ(date_of(start_of(day) - std::chrono::milliseconds(1)), day - std::chrono::days(1));
}

RC_GTEST_PROP(Instants, SurviveARoundTrip, ()) {
  const Instant instant{std::chrono::milliseconds(*rc::gen::inRange<std::int64_t>(-2'000'000'000'000, 4'000'000'000'000))};
  RC_ASSERT(parse_instant(format_instant(instant)) == instant);
}

}  // namespace
}  // namespace zhida::domain
