#include "stores/deliveries/keys.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace zhida::stores::deliveries {
namespace {

RC_GTEST_PROP(DeliveryKeysTest, SumsAreReadBackAsWritten, (const std::map<std::uint8_t, std::int64_t>& values)) {
  Sums sums;
  for (const auto& [measure, value] : values) sums.emplace_back(static_cast<effect::Measure>(measure), value);
  RC_ASSERT(decode_sums(encode_sums(sums)) == sums);
}

RC_GTEST_PROP(DeliveryKeysTest, CellFieldsAreReadBackAsWritten, (std::uint64_t item, std::uint32_t hour, std::uint32_t street)) {
  effect::CounterKey key;
  key.campaign = 7;
  key.item = item;
  key.hour = hour;
  if (hour != 0) {
    key.street = street;
    key.size = delivery::SizeBand::medium;
  }
  RC_ASSERT(parse_cell_field(7, cell_field(key)) == key);
}

TEST(DeliveryKeysTest, CutBytesAreRefused) {
  const std::string sums = encode_sums({{effect::Measure::decided, 1'000'000}});
  EXPECT_FALSE(decode_sums(sums.substr(0, sums.size() - 1)));
  EXPECT_FALSE(parse_cell_field(1, ""));
  EXPECT_FALSE(parse_cell_field(1, std::string("\0abc", 4)));
}

TEST(DeliveryKeysTest, BlocksAreNamedByLaneAndOffset) {
  EXPECT_EQ(open_field({true, 12}), "u12");
  EXPECT_EQ(parse_open_field("n1207"), (Block{false, 1207}));
  EXPECT_FALSE(parse_open_field("x12"));
  EXPECT_FALSE(parse_open_field("n"));
}

TEST(DeliveryKeysTest, ADayBeginsAtMidnightInShanghai) {
  EXPECT_EQ(day_of(15), 0u);
  EXPECT_EQ(day_of(16), 1u);
}

TEST(DeliveryKeysTest, TheNumberOfBucketsIsPartOfTheLayout) {
  EXPECT_EQ(buckets_of(layout(4096)), 4096u);
  EXPECT_FALSE(buckets_of("4/4096")) << "of an earlier program, whose ledgers lay elsewhere";
  EXPECT_FALSE(buckets_of("5/0"));
  EXPECT_FALSE(buckets_of("6/4096")) << "of a later one";
}

RC_GTEST_PROP(DeliveryKeysTest, BucketsFollowTheHighHalfOfTheHash, (std::uint64_t a, std::uint64_t b)) {
  const auto buckets = *rc::gen::inRange<std::uint32_t>(1, 100'000);
  RC_ASSERT(bucket_of(a, buckets) < buckets);
  if (a >> 32U <= b >> 32U) RC_ASSERT(bucket_of(a, buckets) <= bucket_of(b, buckets));
}

TEST(DeliveryKeysTest, BucketsShareHashes) {
  EXPECT_EQ(bucket_key(63), "e:0");
  EXPECT_EQ(bucket_key(64), "e:1");
  EXPECT_EQ(bucket_field(64), "40");
}

}  // namespace
}  // namespace zhida::stores::deliveries
