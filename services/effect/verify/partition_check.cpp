#include "effect/verify/partition_check.hpp"

#include "domain/delivery/codec.hpp"
#include "effect/on_pool.hpp"
#include "effect/verify/compare_ledger.hpp"
#include "platform/runtime/graceful_stop.hpp"
#include "stores/deliveries/bucket.hpp"
#include "stores/deliveries/keys.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace zhida::effect_service::verify {
namespace {

namespace asio = boost::asio;
namespace keys = stores::deliveries;
using boost::system::error_code;
using boost::system::result;

constexpr std::size_t ledgers_at_once = 500;
constexpr std::uint32_t buckets_counted_at_once = 64;
constexpr log::ReadLimits read_limits{1'000, 1U << 20U};

/// So many buckets that they hold about `enterprises` of `all`.
std::uint32_t buckets_for(std::size_t enterprises, std::uint64_t all, std::uint32_t buckets) {
  const std::uint64_t share = std::uint64_t{buckets} * enterprises / std::max<std::uint64_t>(all, 1);
  return static_cast<std::uint32_t>(std::clamp<std::uint64_t>(share, 1, buckets));
}

}  // namespace

auto PartitionCheck::run() -> Result<PartitionOutcome> {
  result<ServedCounters> served = co_await read_counters(tools_.redis, tools_.snapshots, partition_);
  if (!served) co_return served.error();
  if (served->log != tools_.log.id()) co_return error_code(stores::Error::unavailable);
  served_ = std::move(*served);
  outcome_.at = served_.at;
  const result<std::uint64_t> enterprises = co_await count_served();
  if (!enterprises) co_return enterprises.error();
  const std::uint32_t per_slice = buckets_for(slice_enterprises_, *enterprises, served_.buckets);
  const std::uint32_t at_once = buckets_for(ledgers_at_once, *enterprises, served_.buckets);

  SliceChoice choice;
  choice.partition = partition_;
  choice.partitions = tools_.snapshots.partitions();
  choice.buckets = served_.buckets;
  for (choice.first = 0; choice.first < choice.buckets; choice.first = choice.end) {
    choice.end = std::min(choice.first + per_slice, choice.buckets);
    const result<void> checked = co_await check_slice(choice, at_once);
    if (!checked) co_return checked.error();
  }
  auto compare_all = [this] { compare(partition_, expected_, served_.hashes, outcome_.differences); };
  co_await on_pool(tools_.pool, compare_all);
  co_return std::move(outcome_);
}

auto PartitionCheck::read_buckets(std::uint32_t first, std::uint32_t end) -> Result<Snapshot> {
  const SnapshotReader::Build build = [first, end](const stores::Generation&, const std::string& prefix, redis::Commands& commands) {
    for (std::uint32_t bucket = first; bucket < end; ++bucket)
      commands.add("HGET", prefix + keys::bucket_key(bucket), keys::bucket_field(bucket));
  };
  co_return co_await tools_.snapshots.read(partition_, build);
}

auto PartitionCheck::count_served() -> Result<std::uint64_t> {
  std::uint64_t sum = 0;
  for (std::uint32_t first = 0; first < served_.buckets; first += buckets_counted_at_once) {
    const result<Snapshot> snapshot = co_await read_buckets(first, std::min(first + buckets_counted_at_once, served_.buckets));
    if (!snapshot) co_return snapshot.error();
    for (const redis::Reply& bucket : snapshot->replies)
      for (keys::BucketEntries entries(bucket.text); entries.next();) ++sum;
  }
  co_return sum;
}

auto PartitionCheck::check_slice(SliceChoice choice, std::uint32_t buckets_at_once) -> Result<void> {
  LogSlice slice(choice);
  stores::PositionVector at;
  at.next.assign(served_.at.next.size(), 0);
  const result<void> folded = co_await advance(slice, at, served_.at);
  if (!folded) co_return folded.error();
  outcome_.facts += slice.facts();
  auto count_slice = [this, &slice] { expected_.add(slice); };
  co_await on_pool(tools_.pool, count_slice);

  for (std::uint32_t first = choice.first; first < choice.end; first += buckets_at_once) {
    const std::uint32_t end = std::min(first + buckets_at_once, choice.end);
    const result<Snapshot> snapshot = co_await read_buckets(first, end);
    if (!snapshot) co_return snapshot.error();
    if (snapshot->generation.name != served_.generation || !snapshot->generation.at.reaches(at))
      co_return error_code(stores::Error::unavailable);
    const result<void> moved_on = co_await advance(slice, at, snapshot->generation.at);
    if (!moved_on) co_return moved_on.error();
    auto compare_buckets = [&] {
      for (std::uint32_t bucket = first; bucket < end; ++bucket) compare_bucket(slice, bucket, snapshot->replies[bucket - first].text);
    };
    co_await on_pool(tools_.pool, compare_buckets);
  }
  co_return result<void>();
}

auto PartitionCheck::advance(LogSlice& slice, stores::PositionVector& from, const stores::PositionVector& to) -> Result<void> {
  const std::vector<std::string>& topics = tools_.snapshots.topics();
  for (std::size_t i = 0; i < topics.size(); ++i) {
    while (from.next[i] < to.next[i]) {
      if (co_await runtime::stop_requested()) co_return asio::error::make_error_code(asio::error::operation_aborted);
      const result<log::Batch> batch = co_await tools_.log.read(topics[i], partition_, from.next[i], read_limits);
      if (!batch) co_return batch.error();
      if (batch->next <= from.next[i]) co_return error_code(log::Error::beyond_end);  // a state of records the log does not have
      auto take = [&] {
        for (const log::RecordPtr& record : batch->records)
          if (record->offset < to.next[i]) slice.take(topics[i], *record);
      };
      co_await on_pool(tools_.pool, take);
      from.next[i] = std::min(batch->next, to.next[i]);
    }
  }
  co_return result<void>();
}

void PartitionCheck::compare_bucket(const LogSlice& slice, std::uint32_t bucket, std::string_view bytes) {
  const LogSlice::Accounts& accounts = slice.accounts(bucket);
  outcome_.enterprises += accounts.size();
  std::set<enterprise::Uscc> seen;
  static const Account nothing;
  LedgerPlace place;
  place.partition = partition_;
  place.key = keys::bucket_key(bucket);
  keys::BucketEntries entries(bytes);
  while (const auto entry = entries.next()) {
    const auto uscc = enterprise::Uscc::unpack(entry->code);
    if (!uscc) {
      outcome_.differences.add({partition_, place.key, "an entry of no enterprise", "", "11 bytes"});
      continue;
    }
    place.uscc = *uscc;
    seen.insert(*uscc);
    const auto ledger = delivery::decode(entry->ledger);
    if (!ledger) {
      outcome_.differences.add(
          {partition_, place.key, "enterprise " + std::string(uscc->text()) + ": the ledger", "readable", "unreadable"});
      continue;
    }
    const auto account = accounts.find(*uscc);
    compare(place, account == accounts.end() ? nothing : account->second, *ledger, outcome_.differences);
  }
  if (!entries.good())
    outcome_.differences.add({partition_, place.key, "bucket " + keys::bucket_field(bucket) + " of ledgers", "readable", "unreadable"});
  for (const auto& [uscc, account] : accounts) {
    if (seen.contains(uscc)) continue;
    place.uscc = uscc;
    compare(place, account, delivery::Ledger(), outcome_.differences);
  }
}

}  // namespace zhida::effect_service::verify
