#include "platform/log/tail_cache.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace zhida::log {
namespace {

RecordPtr numbered(Offset offset) {
  auto record = std::make_shared<Record>();
  record->offset = offset;
  record->value = std::string(100, 'v');
  return record;
}

TEST(TailCache, HoldsTheNewestRecordsOfAllPartitions) {
  const std::size_t one = size_of(*numbered(0));
  TailCache cache(2, 3 * one);
  for (Offset offset = 0; offset < 3; ++offset) cache.add(0, numbered(offset));
  cache.add(1, numbered(7));
  EXPECT_FALSE(cache.holds(0, 0));
  EXPECT_TRUE(cache.holds(0, 1));
  EXPECT_TRUE(cache.holds(1, 7));
  EXPECT_EQ(cache.bytes(), 3 * one);
}

TEST(TailCache, EvictsTheOldestFirstAlsoAfterAPartitionWasDropped) {
  const std::size_t one = size_of(*numbered(0));
  TailCache cache(2, 4 * one);
  for (Offset offset = 0; offset < 2; ++offset) cache.add(0, numbered(offset));
  cache.drop(0);
  EXPECT_EQ(cache.bytes(), 0U);
  cache.add(1, numbered(0));
  for (Offset offset = 5; offset < 9; ++offset) cache.add(0, numbered(offset));
  EXPECT_FALSE(cache.holds(1, 0)) << "the oldest";
  EXPECT_TRUE(cache.holds(0, 5)) << "a newer one";
  EXPECT_EQ(cache.bytes(), 4 * one);
}

}  // namespace
}  // namespace zhida::log
