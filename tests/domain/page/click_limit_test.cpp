#include "domain/page/click_limit.hpp"

#include <gtest/gtest.h>

namespace zhida::page {
namespace {

TEST(ClickLimit, BoundsTheClicksOfADeliveryAnHour) {
  ClickLimit limit;
  const domain::Instant now = *domain::parse_instant("2026-11-23T10:15:00+08:00");
  for (std::uint32_t i = 0; i < ClickLimit::most_an_hour; ++i) EXPECT_TRUE(limit.admit(1, now)) << i;
  EXPECT_FALSE(limit.admit(1, now));
  EXPECT_TRUE(limit.admit(2, now)) << "each by itself";
  EXPECT_FALSE(limit.admit(1, now + std::chrono::minutes(44)));
  EXPECT_TRUE(limit.admit(1, now + std::chrono::minutes(46))) << "the next hour";
}

}  // namespace
}  // namespace zhida::page
