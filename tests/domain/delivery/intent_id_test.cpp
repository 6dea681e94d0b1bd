#include "domain/delivery/intent_id.hpp"

#include <gtest/gtest.h>

namespace zhida::delivery {
namespace {

TEST(IntentId, IsReadAsItIsWritten) {
  const std::string text = "c12.1.page.91310117MA1J3ABC0X";
  const auto id = parse_intent_id(text);
  ASSERT_TRUE(id);
  EXPECT_EQ(id->key, (IntentKeyView{12, "1", "page"}));
  EXPECT_EQ(id->uscc, "91310117MA1J3ABC0X");
  EXPECT_EQ(format(*id), text);
}

TEST(IntentId, RefusesWhatIsNotExactlyFourParts) {
  for (const char* text :
       {"", "c12", "c12.1.page", "c12.1.page.91310117MA1J3ABC0X.", "c12..page.91310117MA1J3ABC0X", ".1.page.91310117MA1J3ABC0X",
        "c0.1.page.91310117MA1J3ABC0X", "c012.1.page.91310117MA1J3ABC0X", "12.1.page.91310117MA1J3ABC0X",
        "c4294967296.1.page.91310117MA1J3ABC0X", "c12.1.page.9131", "c12.1.pa ge.91310117MA1J3ABC0X"})
    EXPECT_FALSE(parse_intent_id(text)) << text;
}

TEST(CampaignNumber, HasOneSpelling) {
  EXPECT_EQ(parse_campaign("c4294967295"), 4294967295U);
  EXPECT_EQ(format_campaign(7), "c7");
  for (const char* text : {"c", "c0", "c-1", "c+1", "c1x", "C1", " c1"}) EXPECT_FALSE(parse_campaign(text)) << text;
}

}  // namespace
}  // namespace zhida::delivery
