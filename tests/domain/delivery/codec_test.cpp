#include "domain/delivery/codec.hpp"

#include "domain/delivery/facts_of_one_enterprise.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace zhida::delivery {
namespace {

using namespace std::chrono_literals;
using testing::monday;

void deliver(Ledger& ledger, CampaignNumber campaign) {
  const std::vector<ItemDecision> items{{Verdict::eligible, Window::open, 500'000}};
  IntentFact intent;
  intent.key.campaign = campaign;
  intent.place = {false, 150, 999};
  intent.decided_at = monday;
  intent.size = SizeBand::small;
  intent.street = 310117106;
  intent.items = items;
  apply(ledger, intent);
  ReceiptFact delivered;
  delivered.key.campaign = campaign;
  delivered.status = {State::delivered, 1, Reason::none, monday + 2s, {}};
  apply(ledger, delivered);
}

TEST(LedgerCodec, KeepsOneDeliveredIntentInSixteenBytes) {
  Ledger ledger;
  deliver(ledger, 12);
  EXPECT_LE(encode(ledger).size(), 16U);
}

TEST(LedgerCodec, KeepsTwentyDeliveredIntentsInFifteenBytesEach) {
  Ledger ledger;
  for (CampaignNumber campaign = 100; campaign < 120; ++campaign) deliver(ledger, campaign);
  EXPECT_LE(encode(ledger).size(), 20U * 15 + 1);
}

TEST(LedgerCodec, TakesNoBytesForNothing) {
  EXPECT_EQ(encode(Ledger{}), "");
  EXPECT_EQ(decode("").value(), Ledger{});
}

RC_GTEST_PROP(LedgerCodec, GivesBackWhatItWasGiven, ()) {
  const Ledger ledger = testing::fold_in_turn(testing::some_topics());
  const auto copy = decode(encode(ledger));
  RC_ASSERT(copy.has_value());
  RC_ASSERT(*copy == ledger);
}

RC_GTEST_PROP(LedgerCodec, ReadsIntoUsedMemoryLikeIntoNew, ()) {
  Ledger reused = testing::fold_in_turn(testing::some_topics());
  const Ledger ledger = testing::fold_in_turn(testing::some_topics());
  RC_ASSERT(decode_to(reused, encode(ledger)).has_value());
  RC_ASSERT(reused == ledger);
}

RC_GTEST_PROP(LedgerCodec, RefusesBytesItCannotHaveWritten, ()) {
  std::string bytes = encode(testing::fold_in_turn(testing::some_topics()));
  RC_PRE(!bytes.empty());
  const int changes = testing::number(1, 4);
  for (int i = 0; i < changes && !bytes.empty(); ++i) {
    const auto at = testing::number<std::size_t>(0, bytes.size());
    switch (testing::number(0, 4)) {
      case 0:
        bytes[at] = static_cast<char>(testing::number(0, 256));
        break;
      case 1:
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << testing::number(0, 8)));
        break;
      case 2:
        bytes.erase(at);
        break;
      default:
        bytes.insert(at, 1, static_cast<char>(testing::number(0, 256)));
    }
  }
  const auto read = decode(bytes);
  if (read) RC_ASSERT(encode(*read) == bytes);
}

TEST(LedgerCodec, RefusesEveryCutOfARealLedger) {
  Ledger ledger;
  deliver(ledger, 12);
  const std::string bytes = encode(ledger);
  for (std::size_t size = 1; size < bytes.size(); ++size) EXPECT_FALSE(decode(bytes.substr(0, size)).has_value()) << size;
}

TEST(LedgerCodec, RefusesAnotherVersion) {
  Ledger ledger;
  deliver(ledger, 12);
  std::string bytes = encode(ledger);
  bytes[0] = static_cast<char>(bytes[0] + 1);
  EXPECT_FALSE(decode(bytes).has_value());
}

}  // namespace
}  // namespace zhida::delivery
