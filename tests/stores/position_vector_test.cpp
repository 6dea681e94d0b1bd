#include "stores/fold/position_vector.hpp"

#include <gtest/gtest.h>

namespace zhida::stores {
namespace {

const std::vector<std::string> topics{"intents", "receipts"};

TEST(PositionVectorTest, IsWrittenAsTopicsAndOffsetsAndReadBack) {
  const PositionVector vector{{12, 7}};
  EXPECT_EQ(to_text(vector, topics), "intents=12 receipts=7");
  EXPECT_EQ(parse_position_vector("intents=12 receipts=7", topics), vector);
}

TEST(PositionVectorTest, RefusesWhatIsNotAVectorOverTheseTopics) {
  for (const char* text : {"", "intents=12", "receipts=7 intents=12", "intents=12 receipts=", "intents=12 receipts=7 ",
                           "intents=x receipts=7", "intents=12  receipts=7", "intents=12 receipts=7 outcomes=1"})
    EXPECT_FALSE(parse_position_vector(text, topics)) << text;
}

TEST(PositionVectorTest, ReachesAnotherOnlyIfNoTopicLiesBehind) {
  const PositionVector vector{{12, 7}};
  EXPECT_TRUE(vector.reaches({{12, 7}}));
  EXPECT_TRUE(vector.reaches({{0, 7}}));
  EXPECT_FALSE(vector.reaches({{0, 8}}));
}

}  // namespace
}  // namespace zhida::stores
