#pragma once

#include "contracts/intents/intents_decided.hpp"
#include "domain/delivery/facts.hpp"
#include "domain/effect/counters.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The keys and values of the deliveries fold; all of them are described in schemas/redis.md.
namespace zhida::stores::deliveries {

inline constexpr std::string_view fold_name = "deliveries";

/// Days since 1970 in Asia/Shanghai.
using Day = std::uint32_t;

constexpr Day day_of(delivery::Hour hour) { return static_cast<Day>((std::uint64_t{hour} + 8) / 24); }

/// `5/2048`: version of the encoding and the counting rules, number of buckets.
std::string layout(std::uint32_t buckets);

/// Nothing for a layout of which this program cannot read the ledgers.
std::optional<std::uint32_t> buckets_of(std::string_view layout);

/// The bucket that holds an enterprise's ledger. Ascending with the high half of its hash (the low bits chose the partition), so that
/// whoever goes through enterprises in that order goes through the buckets.
constexpr std::uint32_t bucket_of(std::uint64_t hash, std::uint32_t buckets) {
  return static_cast<std::uint32_t>(((hash >> 32U) * buckets) >> 32U);
}

/// The hash that holds a bucket, with its neighbours, and the bucket's field there.
std::string bucket_key(std::uint32_t bucket);
std::string bucket_field(std::uint32_t bucket);
inline constexpr std::uint32_t buckets_in_key = 64;

inline const std::string headers_key = "h";
inline const std::string marks_key = "m";
std::string totals_key(delivery::CampaignNumber campaign);
std::string days_key(delivery::CampaignNumber campaign);
std::string cells_key(delivery::CampaignNumber campaign, Day day);
std::string open_key(delivery::CampaignNumber campaign);

/// `12`: the field of a campaign in the headers.
std::string campaign_field(delivery::CampaignNumber campaign);

/// `12.1.page`: the field of a mark. Occurrence and channel have no dots.
std::string mark_field(delivery::IntentKeyView key);
std::string field_of(const contracts::PartitionDecided& mark);

/// A block of intents: `n1207` in `intents`, `u1207` in `intents-urgent`.
struct Block {
  bool urgent = false;
  std::uint64_t offset = 0;

  friend auto operator<=>(const Block&, const Block&) = default;
};
std::string open_field(Block block);
std::optional<Block> parse_open_field(std::string_view field);

/// The field of all measures of one item (0 = the campaign) in one cell, or in the totals when `key.hour` is 0. The measure does not
/// matter.
std::string cell_field(const effect::CounterKey& key);

/// The key without its measure. Nothing if the bytes are something else.
std::optional<effect::CounterKey> parse_cell_field(delivery::CampaignNumber campaign, std::string_view field);

/// Sums of one cell by measure, ascending, none of them 0; as bytes: measure, then a varint of the zigzag value.
using Sums = std::vector<std::pair<effect::Measure, std::int64_t>>;
std::string encode_sums(const Sums& sums);
std::optional<Sums> decode_sums(std::string_view bytes);

}  // namespace zhida::stores::deliveries
