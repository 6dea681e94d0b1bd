#include "effect/verify/served_counters.hpp"

#include "stores/deliveries/keys.hpp"

#include <charconv>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace zhida::effect_service::verify {
namespace {

namespace asio = boost::asio;
namespace keys = stores::deliveries;
using boost::system::error_code;
using boost::system::result;
using Keys = std::set<std::string>;

constexpr std::size_t keys_at_once = 64;
constexpr int patient_attempts = 5;
constexpr int attempts = 10;

/// What stands behind the generation in its keys, but the buckets of ledgers.
asio::awaitable<result<Keys>> scan(redis::Client& redis, std::string prefix, std::uint32_t buckets) {
  Keys ledgers, found;
  for (std::uint32_t bucket = 0; bucket < buckets; ++bucket) ledgers.insert(keys::bucket_key(bucket));
  std::string cursor = "0";
  do {
    const result<redis::Reply> page = co_await redis.command("SCAN", cursor, "MATCH", prefix + "*", "COUNT", "1000");
    if (!page || page->items.size() != 2) co_return error_code(stores::Error::unavailable);
    cursor = page->items[0].text;
    for (const redis::Reply& key : page->items[1].items) {
      std::string rest = key.text.substr(prefix.size());
      if (!ledgers.contains(rest)) found.insert(std::move(rest));
    }
  } while (cursor != "0");
  co_return found;
}

/// The keys that must be there by what headers and lists of days say.
Keys keys_named_in(const ServedHashes& hashes) {
  Keys named{keys::headers_key, keys::marks_key, keys::totals_key(0)};
  const auto headers = hashes.find(keys::headers_key);
  if (headers == hashes.end()) return named;
  for (const auto& [field, _] : headers->second) {
    delivery::CampaignNumber campaign = 0;
    std::from_chars(field.data(), field.data() + field.size(), campaign);
    const std::string days = keys::days_key(campaign);
    named.insert(days);
    named.insert(keys::totals_key(campaign));
    named.insert(keys::open_key(campaign));
    const auto listed = hashes.find(days);
    if (listed == hashes.end()) continue;
    for (const auto& [day_text, fields] : listed->second) {
      keys::Day day = 0;
      std::from_chars(day_text.data(), day_text.data() + day_text.size(), day);
      named.insert(keys::cells_key(campaign, day));
    }
  }
  return named;
}

enum class Reading { whole, moved };

/// Reads all `wanted`, so many at once; `moved` if the fold went on in between.
asio::awaitable<result<Reading>> read_all(SnapshotReader& snapshots, int partition, const std::vector<std::string>& wanted,
                                          std::size_t at_once, ServedCounters& into) {
  into.hashes.clear();
  for (std::size_t begin = 0; begin < wanted.size(); begin += at_once) {
    const std::span some = std::span(wanted).subspan(begin, std::min(at_once, wanted.size() - begin));
    const SnapshotReader::Build build = [&some](const stores::Generation&, const std::string& prefix, redis::Commands& commands) {
      for (const std::string& key : some) commands.add("HGETALL", prefix + key);
    };
    const result<Snapshot> snapshot = co_await snapshots.read(partition, build);
    if (!snapshot) co_return snapshot.error();
    if (snapshot->generation.name != into.generation) co_return error_code(stores::Error::unavailable);
    if (begin != 0 && snapshot->generation.at != into.at) co_return Reading::moved;
    into.at = snapshot->generation.at;
    for (std::size_t i = 0; i < some.size(); ++i) {
      auto fields = fields_of(snapshot->replies[i]);
      if (!fields.empty()) into.hashes.emplace(some[i], std::move(fields));
    }
  }
  co_return Reading::whole;
}

}  // namespace

asio::awaitable<result<ServedCounters>> read_counters(redis::Client& redis, SnapshotReader& snapshots, int partition) {
  std::string prefix;
  const SnapshotReader::Build look = [&prefix](const stores::Generation&, const std::string& live, redis::Commands&) { prefix = live; };
  const result<Snapshot> first = co_await snapshots.read(partition, look);
  if (!first) co_return first.error();
  ServedCounters served;
  served.generation = first->generation.name;
  const auto buckets = keys::buckets_of(first->generation.layout);
  if (!buckets) co_return error_code(stores::Error::unavailable);
  served.buckets = *buckets;
  served.log = first->log;

  result<Keys> found = co_await scan(redis, prefix, served.buckets);
  if (!found) co_return found.error();
  Keys wanted = std::move(*found);
  wanted.merge(keys_named_in({}));
  for (int attempt = 0; attempt < attempts; ++attempt) {
    const std::vector<std::string> list(wanted.begin(), wanted.end());
    const std::size_t at_once = attempt < patient_attempts ? keys_at_once : list.size();
    const result<Reading> reading = co_await read_all(snapshots, partition, list, at_once, served);
    if (!reading) co_return reading.error();
    if (*reading == Reading::moved) continue;
    // A campaign or day that came after the scan.
    wanted.merge(keys_named_in(served.hashes));
    if (wanted.size() == list.size()) co_return served;
  }
  co_return error_code(stores::Error::unavailable);
}

}  // namespace zhida::effect_service::verify
