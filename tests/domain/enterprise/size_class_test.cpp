#include "domain/enterprise/size_class.hpp"

#include "support/repository.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

namespace zhida::enterprise {
namespace {

SizeClasses standard() {
  std::stringstream text;
  text << std::ifstream(zhida::test::repository() / "schemas/reference/size-classes.csv").rdbuf();
  return SizeClasses::parse(text.str()).value();
}

using Size = std::optional<SizeClass>;

TEST(SizeClasses, TakeTheLowestOverTheIndicators) {
  const SizeClasses classes = standard();
  const auto industry = [&](std::int64_t employees, std::int64_t revenue_10k) {
    return classes.derive("3921", 'C', {employees, revenue_10k * 10'000, std::nullopt});
  };
  EXPECT_EQ(industry(1000, 40000), Size(SizeClass::large));
  EXPECT_EQ(industry(999, 40000), Size(SizeClass::medium));
  EXPECT_EQ(industry(1000, 39999), Size(SizeClass::medium));
  EXPECT_EQ(industry(5000, 299), Size(SizeClass::micro));
  EXPECT_EQ(industry(20, 300), Size(SizeClass::small));
  EXPECT_EQ(industry(19, 300), Size(SizeClass::micro));
  EXPECT_EQ(industry(300, 1999), Size(SizeClass::small));
  EXPECT_EQ(industry(300, 2000), Size(SizeClass::medium));
}

TEST(SizeClasses, AreUnknownWhereAnIndicatorIs) {
  const SizeClasses classes = standard();
  EXPECT_EQ(classes.derive("3921", 'C', {10, std::nullopt, std::nullopt}), std::nullopt) << "even where the class could only be micro";
  EXPECT_EQ(classes.derive("4710", 'E', {10, 1, std::nullopt}), std::nullopt) << "construction is measured by assets";
  EXPECT_EQ(classes.derive("4710", 'E', {std::nullopt, 60'000'000, 50'000'000}), Size(SizeClass::medium));
  EXPECT_EQ(classes.derive("7211", 'L', {100, std::nullopt, 80'000'000}), Size(SizeClass::medium));
  EXPECT_EQ(classes.derive("0111", 'A', {std::nullopt, 5'000'000, std::nullopt}), Size(SizeClass::medium));
}

TEST(SizeClasses, TellGroupsOfOneDivisionApart) {
  const SizeClasses classes = standard();
  const SizeIndicators indicators{150, 300'000'000, std::nullopt};
  EXPECT_EQ(classes.derive("5910", 'G', indicators), Size(SizeClass::small)) << "591 counts with transport";
  EXPECT_EQ(classes.derive("5920", 'G', indicators), Size(SizeClass::medium)) << "the rest of 59 is storage";
  EXPECT_EQ(classes.derive("59", 'G', indicators), std::nullopt) << "which of them is not known";
  EXPECT_EQ(classes.derive("7030", 'K', indicators), Size(SizeClass::medium)) << "other";
  EXPECT_EQ(classes.derive("F", 'F', indicators), std::nullopt) << "wholesale or retail";
  EXPECT_EQ(classes.derive("C", 'C', indicators), Size(SizeClass::small)) << "all of C has one row";
}

TEST(SizeClasses, DoNotExistForSomeIndustries) {
  const SizeClasses classes = standard();
  const SizeIndicators all{100, 100'000'000, 100'000'000};
  for (const auto& [industry, section] :
       {std::pair{"6610", 'J'}, {"8211", 'P'}, {"8411", 'Q'}, {"9111", 'S'}, {"9600", 'T'}, {"7040", 'K'}})
    EXPECT_EQ(classes.derive(industry, section, all), std::nullopt) << industry;
  EXPECT_EQ(classes.derive("8511", 'Q', all), Size(SizeClass::medium)) << "social work has one";
}

TEST(SizeClasses, RefuseATableThatIsNone) {
  EXPECT_TRUE(SizeClasses::parse("a,b\n1,2\n").has_error());
  EXPECT_TRUE(SizeClasses::parse("group,industries,indicator,unit,large_min,medium_min,small_min\nx,A,height,persons,3,2,1\n").has_error());
  EXPECT_TRUE(
      SizeClasses::parse("group,industries,indicator,unit,large_min,medium_min,small_min\nx,A,revenue,persons,3,2,few\n").has_error());
}

}  // namespace
}  // namespace zhida::enterprise
