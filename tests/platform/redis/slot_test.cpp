#include "platform/redis/slot.hpp"

#include <gtest/gtest.h>

namespace zhida::redis {
namespace {

TEST(RedisSlot, HasTheKnownValues) {
  EXPECT_EQ(slot_of("123456789"), 0x31C3 % slots) << "the check value of CRC16/XMODEM";
  EXPECT_EQ(slot_of(""), 0);
  EXPECT_EQ(slot_of("foo"), 12182) << "as CLUSTER KEYSLOT says";
  EXPECT_EQ(slot_of("bar"), 5061);
}

TEST(RedisSlot, IsThatOfTheTag) {
  EXPECT_EQ(hash_tag("{user1000}.following"), "user1000");
  EXPECT_EQ(hash_tag("zhida:{7}:deliveries:x:e:1f"), "7");
  EXPECT_EQ(hash_tag("foo{}{bar}"), "foo{}{bar}") << "an empty tag is none";
  EXPECT_EQ(hash_tag("foo{{bar}}zap"), "{bar");
  EXPECT_EQ(hash_tag("foo{bar}{zap}"), "bar");
  EXPECT_EQ(hash_tag("foo{bar"), "foo{bar");
  EXPECT_EQ(slot_of("zhida:{0}:deliveries"), slot_of("0"));
}

}  // namespace
}  // namespace zhida::redis
