#include "stores/fold/field_cache.hpp"

#include <gtest/gtest.h>

namespace zhida::stores {
namespace {

TEST(FieldCacheTest, ForgetsOnlyWhatWasNotUsedLately) {
  FieldCache cache(10);
  cache.put("e:1", "kept", "value");
  for (int i = 0; i < 100; ++i) {
    cache.put("e:1", std::to_string(i), "x");
    ASSERT_NE(cache.find("e:1", "kept"), nullptr);
  }
  EXPECT_EQ(*cache.find("e:1", "kept"), "value");
  EXPECT_EQ(cache.find("e:1", "3"), nullptr);
  EXPECT_NE(cache.find("e:1", "99"), nullptr);
}

TEST(FieldCacheTest, ANewValueReplacesAnOlderOne) {
  FieldCache cache(2);
  cache.put("k", "f", "old");
  cache.put("k", "a", "");
  cache.put("k", "b", "");  // "f" is among the older ones now
  cache.put("k", "f", "new");
  EXPECT_EQ(*cache.find("k", "f"), "new");
  cache.forget("k", "f");
  EXPECT_EQ(cache.find("k", "f"), nullptr);
}

}  // namespace
}  // namespace zhida::stores
