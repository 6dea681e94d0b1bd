#include "stores/deliveries/deliveries_reader.hpp"

#include "domain/delivery/codec.hpp"
#include "stores/deliveries/bucket.hpp"

#include <algorithm>
#include <charconv>
#include <set>

namespace zhida::stores {
namespace {

using boost::system::error_code;
using boost::system::result;
using redis::Reply;

/// Of a generation that `DeliveriesFold::serves`.
std::uint32_t buckets_of(const Generation& generation) { return deliveries::buckets_of(generation.layout).value(); }

/// Nothing if the bytes are no bucket.
std::optional<std::string_view> ledger_in(std::string_view bucket, const enterprise::Uscc& uscc) {
  const enterprise::Uscc::Packed code = uscc.pack();
  return deliveries::find_ledger(bucket, {reinterpret_cast<const char*>(code.data()), code.size()});
}

/// Calls `take(key, measure, sum)` for each sum in a reply of HGETALL; false if it holds something else.
template <class Take>
bool read_sums(delivery::CampaignNumber campaign, const Reply& hash, Take take) {
  for (std::size_t i = 0; i + 1 < hash.items.size(); i += 2) {
    const auto key = deliveries::parse_cell_field(campaign, hash.items[i].text);
    const auto sums = deliveries::decode_sums(hash.items[i + 1].text);
    if (!key || !sums) return false;
    for (const auto& [measure, sum] : *sums) take(*key, measure, sum);
  }
  return true;
}

template <class Number>
std::optional<Number> number_in(std::string_view text) {
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

DeliveriesReader::DeliveriesReader(redis::Client& redis, const DeliveriesFold& fold, int partitions, Progress& progress)
    : reader_(redis, fold, progress), fold_(fold), partitions_(partitions) {}

auto DeliveriesReader::hash(int partition, std::string key) -> Awaitable<LiveReplies> {
  const FoldReader::Build build = [&key](const Generation&, const std::string& prefix, redis::Commands& commands) {
    commands.add("HGETALL", prefix + key);
  };
  co_return co_await reader_.read(partition, build);
}

auto DeliveriesReader::hashes(std::string key) -> Awaitable<std::vector<LiveReplies>> {
  const FoldReader::Build build = [&key](const Generation&, const std::string& prefix, redis::Commands& commands) {
    commands.add("HGETALL", prefix + key);
  };
  co_return co_await reader_.read_all(partitions_, build);
}

void DeliveriesReader::note(FoldedTo& into, const Generation& generation) const {
  for (std::size_t i = 0; i < fold_.topics().size(); ++i) into[fold_.topics()[i]].push_back(generation.at.next[i]);
}

auto DeliveriesReader::look(int partition) -> Awaitable<void> {
  const FoldReader::Build nothing = [](const Generation&, const std::string&, redis::Commands&) {};
  const result<LiveReplies> live = co_await reader_.read(partition, nothing);
  if (!live) co_return live.error();
  co_return result<void>();
}

auto DeliveriesReader::ledger_bytes(enterprise::Uscc uscc) -> Awaitable<std::string> {
  const FoldReader::Build build = [&uscc](const Generation& generation, const std::string& prefix, redis::Commands& commands) {
    const std::uint32_t bucket = deliveries::bucket_of(enterprise::hash_of(uscc), buckets_of(generation));
    commands.add("HGET", prefix + deliveries::bucket_key(bucket), deliveries::bucket_field(bucket));
  };
  const result<LiveReplies> live = co_await reader_.read(enterprise::partition_of(uscc, partitions_), build);
  if (!live) co_return live.error();
  const auto ledger = ledger_in(live->replies.front().text, uscc);
  if (!ledger) co_return error_code(Error::unavailable);
  co_return std::string(*ledger);
}

auto DeliveriesReader::ledger(enterprise::Uscc uscc) -> Awaitable<delivery::Ledger> {
  const result<std::string> bytes = co_await ledger_bytes(uscc);
  if (!bytes) co_return bytes.error();
  result<delivery::Ledger> ledger = delivery::decode(*bytes);
  if (!ledger) co_return error_code(Error::unavailable);
  co_return ledger;
}

auto DeliveriesReader::ledgers(int partition, std::span<const enterprise::Uscc> usccs) -> Awaitable<StoredLedgers> {
  std::vector<std::size_t> places;  // by enterprise, of its bucket in the replies
  const FoldReader::Build build = [&](const Generation& generation, const std::string& prefix, redis::Commands& commands) {
    places.clear();
    std::optional<std::uint32_t> last;
    std::size_t asked = 0;
    for (const enterprise::Uscc& uscc : usccs) {
      const std::uint32_t bucket = deliveries::bucket_of(enterprise::hash_of(uscc), buckets_of(generation));
      if (bucket != last) {
        commands.add("HGET", prefix + deliveries::bucket_key(bucket), deliveries::bucket_field(bucket));
        last = bucket;
        ++asked;
      }
      places.push_back(asked - 1);
    }
  };
  result<LiveReplies> live = co_await reader_.read(partition, build);
  if (!live) co_return live.error();
  std::vector<std::string_view> ledgers;
  ledgers.reserve(usccs.size());
  deliveries::OpenedBucket bucket;
  for (std::size_t i = 0; i < usccs.size(); ++i) {
    const bool another = i == 0 || places[i] != places[i - 1];
    if (another && !bucket.open(live->replies[places[i]].text)) co_return error_code(Error::unavailable);
    const enterprise::Uscc::Packed code = usccs[i].pack();
    ledgers.push_back(bucket.ledger({reinterpret_cast<const char*>(code.data()), code.size()}));
  }
  co_return StoredLedgers(std::move(live->replies), std::move(ledgers));
}

auto DeliveriesReader::ledgers_in(int partition, std::uint32_t bucket)
    -> Awaitable<std::vector<std::pair<enterprise::Uscc, delivery::Ledger>>> {
  const FoldReader::Build build = [bucket](const Generation&, const std::string& prefix, redis::Commands& commands) {
    commands.add("HGET", prefix + deliveries::bucket_key(bucket), deliveries::bucket_field(bucket));
  };
  const result<LiveReplies> live = co_await reader_.read(partition, build);
  if (!live) co_return live.error();
  std::vector<std::pair<enterprise::Uscc, delivery::Ledger>> ledgers;
  deliveries::BucketEntries entries(live->replies.front().text);
  while (const auto entry = entries.next()) {
    const auto uscc = enterprise::Uscc::unpack(entry->code);
    result<delivery::Ledger> ledger = delivery::decode(entry->ledger);
    if (!uscc || !ledger) co_return error_code(Error::unavailable);
    ledgers.emplace_back(*uscc, std::move(*ledger));
  }
  if (!entries.good()) co_return error_code(Error::unavailable);
  co_return ledgers;
}

auto DeliveriesReader::totals(int partition, delivery::CampaignNumber campaign) -> Awaitable<std::vector<effect::Counters::Entry>> {
  const result<LiveReplies> live = co_await hash(partition, deliveries::totals_key(campaign));
  if (!live) co_return live.error();
  std::vector<effect::Counters::Entry> entries;
  const bool good = read_sums(campaign, live->replies.front(), [&](effect::CounterKey key, effect::Measure measure, std::int64_t sum) {
    key.measure = measure;
    entries.push_back({key, sum});
  });
  if (!good) co_return error_code(Error::unavailable);
  std::ranges::sort(entries, {}, &effect::Counters::Entry::key);
  co_return entries;
}

auto DeliveriesReader::campaign(delivery::CampaignNumber campaign) -> Awaitable<CampaignTotals> {
  CampaignTotals totals;
  const result<std::vector<LiveReplies>> all = co_await hashes(deliveries::totals_key(campaign));
  if (!all) co_return all.error();
  for (const LiveReplies& live : *all) {
    const bool good =
        read_sums(campaign, live.replies.front(), [&](const effect::CounterKey& key, effect::Measure measure, std::int64_t sum) {
          (key.item == 0 ? totals.campaign : totals.items[key.item]).add(measure, sum);
        });
    if (!good) co_return error_code(Error::unavailable);
    note(totals.folded_to, live.generation);
  }
  co_return totals;
}

auto DeliveriesReader::cells(delivery::CampaignNumber campaign, delivery::Hour from, delivery::Hour to)
    -> Awaitable<std::vector<effect::Counters::Entry>> {
  effect::Counters sums;
  const result<std::vector<LiveReplies>> indices = co_await hashes(deliveries::days_key(campaign));
  if (!indices) co_return indices.error();
  for (int partition = 0; partition < partitions_; ++partition) {
    std::vector<deliveries::Day> days;
    const std::vector<Reply>& fields = (*indices)[static_cast<std::size_t>(partition)].replies.front().items;
    for (std::size_t i = 0; i < fields.size(); i += 2) {
      const auto day = number_in<deliveries::Day>(fields[i].text);
      if (!day) co_return error_code(Error::unavailable);
      if (to > from && *day >= deliveries::day_of(from) && *day <= deliveries::day_of(to - 1)) days.push_back(*day);
    }
    if (days.empty()) continue;
    const FoldReader::Build build = [&](const Generation&, const std::string& prefix, redis::Commands& commands) {
      for (const deliveries::Day day : days) commands.add("HGETALL", prefix + deliveries::cells_key(campaign, day));
    };
    const result<LiveReplies> live = co_await reader_.read(partition, build);
    if (!live) co_return live.error();
    for (const Reply& hash : live->replies) {
      const bool good = read_sums(campaign, hash, [&](effect::CounterKey key, effect::Measure measure, std::int64_t sum) {
        key.measure = measure;
        if (key.hour >= from && key.hour < to) sums.add(key, sum);
      });
      if (!good) co_return error_code(Error::unavailable);
    }
  }
  co_return sums.sorted();
}

auto DeliveriesReader::open_blocks(int partition, delivery::CampaignNumber campaign) -> Awaitable<std::vector<OpenBlock>> {
  const result<LiveReplies> live = co_await hash(partition, deliveries::open_key(campaign));
  if (!live) co_return live.error();
  std::vector<OpenBlock> blocks;
  const std::vector<Reply>& fields = live->replies.front().items;
  for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
    const auto block = deliveries::parse_open_field(fields[i].text);
    const auto open = number_in<std::int64_t>(fields[i + 1].text);
    if (!block || !open) co_return error_code(Error::unavailable);
    blocks.push_back({*block, *open});
  }
  std::ranges::sort(blocks, {}, &OpenBlock::block);
  co_return blocks;
}

auto DeliveriesReader::decided(delivery::IntentKeyView key) -> Awaitable<std::vector<std::optional<contracts::PartitionDecided>>> {
  std::vector<std::optional<contracts::PartitionDecided>> marks;
  const std::string field = deliveries::mark_field(key);
  const FoldReader::Build build = [&field](const Generation&, const std::string& prefix, redis::Commands& commands) {
    commands.add("HGET", prefix + deliveries::marks_key, field);
  };
  const result<std::vector<LiveReplies>> all = co_await reader_.read_all(partitions_, build);
  if (!all) co_return all.error();
  for (const LiveReplies& live : *all) {
    marks.emplace_back();
    if (live.replies.front().is_nil()) continue;
    auto mark = contracts::read_partition_decided(live.replies.front().text);
    if (!mark) co_return error_code(Error::unavailable);
    marks.back() = std::move(*mark);
  }
  co_return marks;
}

auto DeliveriesReader::header(delivery::CampaignNumber campaign) -> Awaitable<std::optional<effect::CampaignHeader>> {
  const std::string field = deliveries::campaign_field(campaign);
  const FoldReader::Build build = [&field](const Generation&, const std::string& prefix, redis::Commands& commands) {
    commands.add("HGET", prefix + deliveries::headers_key, field);
  };
  std::optional<effect::CampaignHeader> found;
  for (int partition = 0; partition < partitions_ && !found; ++partition) {
    const result<LiveReplies> live = co_await reader_.read(partition, build);
    if (!live) co_return live.error();
    if (live->replies.front().is_nil()) continue;
    auto header = effect::decode_campaign_header(live->replies.front().text);
    if (!header) co_return error_code(Error::unavailable);
    found = std::move(*header);
  }
  co_return found;
}

auto DeliveriesReader::campaigns() -> Awaitable<std::vector<delivery::CampaignNumber>> {
  std::set<delivery::CampaignNumber> found;
  const FoldReader::Build build = [](const Generation&, const std::string& prefix, redis::Commands& commands) {
    commands.add("HKEYS", prefix + deliveries::headers_key);
  };
  const result<std::vector<LiveReplies>> all = co_await reader_.read_all(partitions_, build);
  if (!all) co_return all.error();
  for (const LiveReplies& live : *all) {
    for (const Reply& field : live.replies.front().items) {
      const auto campaign = number_in<delivery::CampaignNumber>(field.text);
      if (!campaign) co_return error_code(Error::unavailable);
      found.insert(*campaign);
    }
  }
  co_return std::vector<delivery::CampaignNumber>(found.begin(), found.end());
}

auto DeliveriesReader::folded_to() -> Awaitable<FoldedTo> {
  const FoldReader::Build nothing = [](const Generation&, const std::string&, redis::Commands&) {};
  const result<std::vector<LiveReplies>> all = co_await reader_.read_all(partitions_, nothing);
  if (!all) co_return all.error();
  FoldedTo positions;
  for (const LiveReplies& live : *all) note(positions, live.generation);
  co_return positions;
}

}  // namespace zhida::stores
