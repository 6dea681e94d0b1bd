#include "domain/effect/counters.hpp"

#include "domain/effect/campaign_header.hpp"
#include "domain/effect/small_cells.hpp"

#include <gtest/gtest.h>

namespace zhida::effect {
namespace {

TEST(Counters, ForgetWhatAddsUpToNothing) {
  Counters counters;
  for (std::uint32_t i = 0; i < 1000; ++i) {
    CounterKey key;
    key.campaign = i;
    counters.add(key, i);
    counters.add(key, -static_cast<std::int64_t>(i % 2 == 0 ? i : 0));
  }
  EXPECT_EQ(counters.entries().size(), 500U);
  counters.clear();
  EXPECT_TRUE(counters.entries().empty());
}

TEST(Measures, HaveOneNameEach) {
  for (int i = 0; i < measure_count; ++i) EXPECT_EQ(measure_named(name_of(static_cast<Measure>(i))), static_cast<Measure>(i));
  EXPECT_EQ(name_of(by_reason(delivery::Reason::opted_out)), "reason_opted_out");
  EXPECT_EQ(measure_named("state_late_bounced"), by_state(delivery::State::late_bounced));
  EXPECT_FALSE(measure_named("state_"));
}

TEST(CampaignHeaders, KeepTheEarliestAndSurviveTheirBytes) {
  CampaignHeader header;
  header.campaign = 7;
  header.place = {false, 12, 0};
  header.items = {header_item("A", 2, "G", 90), header_item("B", 1, "", 30)};
  EXPECT_EQ(decode_campaign_header(encode(header)).value(), header);
  EXPECT_FALSE(decode_campaign_header(encode(header) + "x").has_value());
  CampaignHeaders headers;
  CampaignHeader later = header;
  later.place.offset = 13;
  later.items.clear();
  EXPECT_TRUE(headers.fold(later));
  EXPECT_TRUE(headers.fold(header));
  EXPECT_FALSE(headers.fold(later));
  EXPECT_EQ(*headers.find(7), header);
  EXPECT_EQ(headers.find(8), nullptr);
}

TEST(SmallCells, AreHiddenWithOneMoreWhenTheTotalWouldGiveThemAway) {
  const std::vector<std::int64_t> row{0, 4, 5, 9};
  EXPECT_EQ(hidden_cells(row, operator_minimum, false), (std::vector<bool>{false, true, false, false}));
  EXPECT_EQ(hidden_cells(row, operator_minimum, true), (std::vector<bool>{false, true, true, false}));
  EXPECT_EQ(hidden_cells(row, published_minimum, true), (std::vector<bool>{false, true, true, true}));
}

}  // namespace
}  // namespace zhida::effect
