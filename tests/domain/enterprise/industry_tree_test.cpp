#include "domain/enterprise/industry_tree.hpp"

#include "support/repository.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace zhida::enterprise {
namespace {

const IndustryTree& standard() {
  static const IndustryTree shared = [] {
    std::ostringstream text;
    text << std::ifstream(zhida::test::repository() / "schemas/reference/industries.csv").rdbuf();
    return IndustryTree::parse(text.str()).value();
  }();
  return shared;
}

TEST(IndustryTree, HoldsTheWholeStandard) {
  EXPECT_EQ(standard().size(), 1772U);
  int levels[5] = {};
  for (const auto& industry : standard().industries()) ++levels[industry.level];
  EXPECT_EQ(levels[1], 20);
  EXPECT_EQ(levels[2], 97);
  EXPECT_EQ(levels[3], 274);
  EXPECT_EQ(levels[4], 1381);
}

TEST(IndustryTree, KnowsSectionsAndTrimmedNames) {
  EXPECT_EQ(standard().find("C")->name_zh, "制造业");
  EXPECT_EQ(standard().section_of("3921"), 'C');
  EXPECT_EQ(standard().section_of("0111"), 'A');
  EXPECT_EQ(standard().section_of("9999"), std::nullopt);
  for (const auto& industry : standard().industries()) {
    EXPECT_FALSE(industry.name_zh.ends_with(' ')) << industry.code;
    EXPECT_EQ(standard().section_of(industry.code), industry.section);
  }
}

TEST(IndustryTree, TellsWhetherACodeLiesUnderAnother) {
  EXPECT_TRUE(standard().under("3921", "39"));
  EXPECT_TRUE(standard().under("3921", "392"));
  EXPECT_TRUE(standard().under("3921", "3921"));
  EXPECT_TRUE(standard().under("3921", "C"));
  EXPECT_FALSE(standard().under("3921", "D"));
  EXPECT_FALSE(standard().under("3921", "38"));
  EXPECT_FALSE(standard().under("39", "3921"));
  EXPECT_FALSE(standard().under("3999999", "39"));
  EXPECT_FALSE(standard().under("", "C"));
  EXPECT_FALSE(standard().under("3921", ""));
}

TEST(IndustryTree, TakesAGroupWithoutARowOfItsOwnAsAPrefix) {
  EXPECT_FALSE(standard().exists("277"));
  EXPECT_TRUE(standard().exists("2770"));
  EXPECT_TRUE(standard().is_prefix("277"));
  EXPECT_TRUE(standard().under("2770", "277"));
  EXPECT_FALSE(standard().is_prefix("2"));
  EXPECT_FALSE(standard().is_prefix("U"));
  EXPECT_FALSE(standard().is_prefix("00"));
  EXPECT_FALSE(standard().is_prefix("c"));
}

TEST(IndustryTree, RefusesAMalformedTable) {
  for (const char* csv : {"", "code,level,section,name_zh\n", "code,level\nA,1\n", "code,level,section,name_zh\n39,4,C,x\n",
                          "code,level,section,name_zh\nA,1,A,x\nA,1,A,y\n", "code,level,section,name_zh\n011,3,A,x\n012,3,B,y\n"})
    EXPECT_EQ(IndustryTree::parse(csv).error(), IndustryError::malformed) << csv;
}

}  // namespace
}  // namespace zhida::enterprise
