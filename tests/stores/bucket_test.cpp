#include "stores/deliveries/bucket.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <string>

namespace zhida::stores::deliveries {
namespace {

using Ledgers = std::map<std::string, std::string>;

std::string bucket_of(const Ledgers& ledgers) {
  std::string bytes;
  for (const auto& [code, ledger] : ledgers) append_entry(bytes, code, ledger);
  return bytes;
}

Ledgers any_ledgers() {
  const auto codes = *rc::gen::container<std::vector<std::string>>(rc::gen::container<std::string>(11, rc::gen::arbitrary<char>()));
  Ledgers ledgers;
  for (const std::string& code : codes) ledgers[code] = *rc::gen::nonEmpty<std::string>();
  return ledgers;
}

RC_GTEST_PROP(BucketTest, WhatIsPutInComesOut, ()) {
  const Ledgers ledgers = any_ledgers();
  const std::string bytes = bucket_of(ledgers);
  Ledgers read;
  BucketEntries entries(bytes);
  while (const auto entry = entries.next()) read[std::string(entry->code)] = entry->ledger;
  RC_ASSERT(entries.good());
  RC_ASSERT(read == ledgers);
  OpenedBucket opened;
  RC_ASSERT(opened.open(bytes));
  for (const auto& [code, ledger] : ledgers) {
    RC_ASSERT(find_ledger(bytes, code) == std::string_view(ledger));
    RC_ASSERT(opened.ledger(code) == std::string_view(ledger));
  }
}

RC_GTEST_PROP(BucketTest, CutBytesAreNoBucket, ()) {
  const Ledgers ledgers = any_ledgers();
  RC_PRE(!ledgers.empty());
  const std::string bytes = bucket_of(ledgers);
  const std::string last = ledgers.rbegin()->first;
  const auto cut = *rc::gen::inRange<std::size_t>(1, 12);  // the last entry has at least thirteen bytes
  BucketEntries entries(std::string_view(bytes).substr(0, bytes.size() - cut));
  while (entries.next()) continue;
  RC_ASSERT(!entries.good());
  RC_ASSERT(!OpenedBucket().open(std::string_view(bytes).substr(0, bytes.size() - cut)));
}

TEST(BucketTest, AnAbsentEnterpriseHasAnEmptyLedger) {
  const std::string bytes = bucket_of({{"aaaaaaaaaaa", "one"}, {"ccccccccccc", "two"}});
  EXPECT_EQ(find_ledger(bytes, "bbbbbbbbbbb"), "");
  EXPECT_EQ(find_ledger(bytes, "ddddddddddd"), "");
  EXPECT_EQ(find_ledger("", "aaaaaaaaaaa"), "");
  OpenedBucket opened;
  EXPECT_TRUE(opened.open(bytes));
  EXPECT_EQ(opened.ledger("bbbbbbbbbbb"), "");
  EXPECT_TRUE(opened.open(""));
  EXPECT_EQ(opened.ledger("aaaaaaaaaaa"), "");
}

TEST(BucketTest, EmptyLedgersAreNotKept) { EXPECT_EQ(bucket_of({{"aaaaaaaaaaa", ""}}), ""); }

TEST(BucketTest, CodesOutOfOrderAreNoBucket) {
  std::string bytes;
  append_entry(bytes, "bbbbbbbbbbb", "one");
  append_entry(bytes, "aaaaaaaaaaa", "two");
  BucketEntries entries(bytes);
  while (entries.next()) continue;
  EXPECT_FALSE(entries.good());
}

}  // namespace
}  // namespace zhida::stores::deliveries
