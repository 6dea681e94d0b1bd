#include "domain/campaign/region_limit.hpp"

#include <gtest/gtest.h>

namespace zhida::campaign {
namespace {

TEST(RegionLimit, JoinsTheRegionOnce) {
  const Audience all{RuleAudience{"true"}};
  EXPECT_FALSE(is_limited_to(all, "310117"));
  const Audience limited = limited_to(all, "310117");
  EXPECT_EQ(rules_of(limited), (std::vector<std::string>{"true", "p.region_district == \"310117\""}));
  EXPECT_TRUE(is_limited_to(limited, "310117"));
  EXPECT_EQ(limited_to(limited, "310117"), limited) << "written again as it was read";
  EXPECT_FALSE(is_limited_to(limited, "310117001")) << "the district is more than one of its streets";
  EXPECT_EQ(rules_of(limited_to(all, "310117001")).back(), "p.region_street == \"310117001\"");
  EXPECT_TRUE(is_limited_to(limited_to(limited, "310117001"), "310117"));
}

TEST(RegionLimit, IsNoneIfItOnlyLooksLikeOne) {
  EXPECT_FALSE(is_limited_to(Audience{RuleAudience{"true || p.region_district == \"310117\""}}, "310117"));
  EXPECT_FALSE(is_limited_to(Audience{ListAudience{}}, "310117"));
  EXPECT_FALSE(is_limited_to(Audience{EligibleAudience{}}, "310117"));
}

}  // namespace
}  // namespace zhida::campaign
