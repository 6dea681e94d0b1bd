#include "domain/enterprise/regions.hpp"

#include "support/repository.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

namespace zhida::enterprise {
namespace {

std::string reference(const std::string& name) {
  std::stringstream text;
  text << std::ifstream(zhida::test::repository() / "schemas/reference" / name).rdbuf();
  return text.str();
}

TEST(Regions, KnowDistrictsAndStreets) {
  const auto regions = Regions::parse(reference("districts.csv"), reference("streets.csv")).value();
  EXPECT_EQ(regions.all().size(), 36U);
  EXPECT_TRUE(regions.is_district("310117"));
  EXPECT_EQ(regions.find("310117")->name_zh, "松江区");
  EXPECT_FALSE(regions.is_district("310000"));
  EXPECT_FALSE(regions.is_district("310117001"));
  EXPECT_TRUE(regions.is_street("310117001"));
  EXPECT_FALSE(regions.is_street("310117"));
  EXPECT_EQ(regions.find("999999"), nullptr);
}

TEST(Regions, CountStatisticalAreasAsNoStreets) {
  const auto regions = Regions::parse("code,name_zh\n", "code,name_zh,kind\n310117501,某园区,statistical_area\n").value();
  EXPECT_NE(regions.find("310117501"), nullptr);
  EXPECT_FALSE(regions.is_street("310117501"));
}

}  // namespace
}  // namespace zhida::enterprise
