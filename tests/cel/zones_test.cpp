#include "cel/support.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace zhida::cel::test {
namespace {

std::string table(const std::string& name) {
  std::ifstream file("/usr/share/zoneinfo/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Zones, KnowOffsetsAndTheDistrictsOwnZoneByThemselves) {
  const Zones zones;
  EXPECT_EQ(zones.offset("Asia/Shanghai", 0), 8 * 3600);
  EXPECT_EQ(zones.offset("-02:30", 0), -(2 * 3600 + 1800));
  EXPECT_EQ(zones.offset("02:00", 0), 7200);
  for (const char* const wrong : {"", "+8:00", "+24:00", "+08:60", "08:00:00", "--08:0", "Mars/Olympus"})
    EXPECT_FALSE(zones.knows(wrong)) << wrong;
}

TEST(Zones, FollowDaylightSavingTime) {
  Zones zones;
  ASSERT_TRUE(zones.add("US/Central", table("US/Central")));
  EXPECT_EQ(zones.offset("US/Central", 1'700'000'000), -6 * 3600);  // November
  EXPECT_EQ(zones.offset("US/Central", 1'690'000'000), -5 * 3600);  // July
  EXPECT_EQ(zones.offset("US/Central", 253'402'300'000), std::nullopt) << "no table foretells the year 9999";
}

TEST(Zones, KeepTheLastOffsetWhereNothingChangesAnyMore) {
  Zones zones;
  ASSERT_TRUE(zones.add("Asia/Kathmandu", table("Asia/Kathmandu")));
  EXPECT_EQ(zones.offset("Asia/Kathmandu", 253'402'300'000), 5 * 3600 + 2700);
  EXPECT_EQ(zones.offset("Asia/Kathmandu", 0), 5 * 3600 + 1800);
}

TEST(Zones, RefuseDamagedTables) {
  Zones zones;
  const std::string whole = table("US/Central");
  for (std::size_t size = 0; size < whole.size() - 64; size += 7) EXPECT_FALSE(zones.add("x", whole.substr(0, size))) << size;
  EXPECT_FALSE(zones.add("x", "TZif2 and nothing more, though it is long enough for a header"));
}

TEST(Zones, AreThoseOfTheRegistry) {
  auto zones = std::make_shared<Zones>();
  ASSERT_TRUE(zones->add("US/Central", table("US/Central")));
  Environment environment{Registry(zones)};
  environment.set_instant("asof");
  EXPECT_TRUE(check("asof.getHours(\"US/Central\") == 3", environment));
  EXPECT_FALSE(check("asof.getHours(\"US/Eastern\") == 3", environment));
}

}  // namespace
}  // namespace zhida::cel::test
