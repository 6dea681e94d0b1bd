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
  EXPECT_EQ(buckets_of("1/4096"), 4096u) << "of an earlier program, read until it is folded anew";
  EXPECT_FALSE(buckets_of("1/0"));
  EXPECT_FALSE(buckets_of("5/4096")) << "of a later one";
}

}  // namespace
}  // namespace zhida::stores::deliveries
