#include "stores/deliveries/stored_ledgers.hpp"

#include "domain/delivery/codec.hpp"
#include "stores/deliveries/bucket.hpp"
#include "stores/error.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string_view>
#include <utility>
#include <vector>

namespace zhida::stores {
namespace {

delivery::Ledger ledger_of(delivery::CampaignNumber campaign) {
  delivery::Ledger ledger;
  delivery::IntentFact decided;
  decided.key.campaign = campaign;
  decided.decided_at = domain::Instant(std::chrono::hours(500'000));
  EXPECT_TRUE(delivery::apply(ledger, decided));
  return ledger;
}

TEST(StoredLedgersTest, AreReadInAnyOrderIntoTheSameMemory) {
  std::vector<redis::Reply> buckets(1);
  deliveries::append_entry(buckets[0].text, "aaaaaaaaaaa", delivery::encode(ledger_of(1)));
  deliveries::append_entry(buckets[0].text, "ccccccccccc", delivery::encode(ledger_of(2)));
  std::vector<std::string_view> places;
  for (const char* const code : {"aaaaaaaaaaa", "bbbbbbbbbbb", "ccccccccccc"})
    places.push_back(deliveries::find_ledger(buckets[0].text, code).value());
  const StoredLedgers ledgers(std::move(buckets), std::move(places));
  ASSERT_EQ(ledgers.size(), 3U);
  delivery::Ledger ledger;
  ASSERT_TRUE(ledgers.read(2, ledger));
  EXPECT_EQ(ledger, ledger_of(2));
  ASSERT_TRUE(ledgers.read(1, ledger));
  EXPECT_EQ(ledger, delivery::Ledger{});
  ASSERT_TRUE(ledgers.read(0, ledger));
  EXPECT_EQ(ledger, ledger_of(1));
}

TEST(StoredLedgersTest, BytesThatAreNoLedgerAreUnavailable) {
  const StoredLedgers ledgers({}, {"no ledger"});
  delivery::Ledger ledger;
  EXPECT_EQ(ledgers.read(0, ledger).error(), make_error_code(Error::unavailable));
}

}  // namespace
}  // namespace zhida::stores
