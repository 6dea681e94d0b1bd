#include "stores/fold_fixture.hpp"

#include "domain/delivery/codec.hpp"

#include <algorithm>
#include <map>

namespace zhida::test {
namespace {

using Entry = effect::Counters::Entry;

std::map<effect::CounterKey, std::int64_t> map_of(const std::vector<Entry>& entries) {
  std::map<effect::CounterKey, std::int64_t> sums;
  for (const Entry& entry : entries) sums[entry.key] = entry.value;
  return sums;
}

}  // namespace

/// Every ledger, every total, every cell and every open block, against a fold of the log by other code.
boost::asio::awaitable<void> FoldTest::expect_exact() {
  effect::Counters cells;
  std::set<delivery::CampaignNumber> campaigns{0};
  for (int partition = 0; partition < world_partitions; ++partition) {
    const ExpectedState expected = co_await expected_state(log, partition);
    std::map<enterprise::Uscc, delivery::Ledger> stored;
    for (std::uint32_t bucket = 0; bucket < fold.buckets(); ++bucket) {
      const auto ledgers = co_await reader.ledgers_in(partition, bucket);
      if (!ledgers) {
        ADD_FAILURE() << ledgers.error().message();
        co_return;
      }
      for (const auto& [uscc, ledger] : *ledgers) stored[uscc] = ledger;
    }
    EXPECT_EQ(stored.size(), expected.ledgers.size());
    for (const auto& [uscc, ledger] : expected.ledgers) {
      const bool same = delivery::encode(stored[uscc]) == delivery::encode(ledger);
      EXPECT_TRUE(same) << "the ledger of " << uscc.text();
    }
    std::map<delivery::CampaignNumber, std::map<effect::CounterKey, std::int64_t>> totals;
    for (const Entry& entry : expected.counters.entries()) {
      campaigns.insert(entry.key.campaign);
      if (entry.key.hour == 0)
        totals[entry.key.campaign][entry.key] = entry.value;
      else
        cells.add(entry.key, entry.value);
    }
    for (const auto& [campaign, _] : expected.headers.all()) {
      const auto read = co_await reader.totals(partition, campaign);
      EXPECT_TRUE(read && map_of(*read) == totals[campaign]) << "totals of campaign " << campaign;
      const auto open = co_await reader.open_blocks(partition, campaign);
      std::map<stores::deliveries::Block, std::int64_t> blocks;
      if (open)
        for (const stores::OpenBlock& block : *open) blocks[block.block] = block.open;
      const auto found = expected.open.find(campaign);
      const auto wanted = found == expected.open.end() ? std::map<stores::deliveries::Block, std::int64_t>() : found->second;
      EXPECT_TRUE(open && blocks == wanted) << "open blocks of campaign " << campaign;
    }
  }
  std::map<delivery::CampaignNumber, std::map<effect::CounterKey, std::int64_t>> wanted;
  for (const Entry& entry : cells.entries()) wanted[entry.key.campaign][entry.key] = entry.value;
  for (const delivery::CampaignNumber campaign : campaigns) {
    const auto read = co_await reader.cells(campaign, 0, UINT32_MAX);
    EXPECT_TRUE(read && map_of(*read) == wanted[campaign]) << "cells of campaign " << campaign;
  }
}

}  // namespace zhida::test
