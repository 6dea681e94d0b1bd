#include "stores/deliveries/keys.hpp"

#include <charconv>
#include <limits>

namespace zhida::stores::deliveries {
namespace {

template <class Number>
std::optional<Number> read_number(std::string_view text) {
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return number;
}

void put_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>((value & 0x7f) | 0x80));
  out.push_back(static_cast<char>(value));
}

std::optional<std::uint64_t> take_varint(std::string_view& bytes) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (bytes.empty()) return std::nullopt;
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  return std::nullopt;
}

std::string hex_of(std::uint32_t number) {
  char text[8];
  return {text, std::to_chars(text, text + sizeof text, number, 16).ptr};
}

}  // namespace

std::string layout(std::uint32_t buckets) { return "5/" + std::to_string(buckets); }

std::optional<std::uint32_t> buckets_of(std::string_view layout) {
  if (!layout.starts_with("5/")) return std::nullopt;
  const auto buckets = read_number<std::uint32_t>(layout.substr(2));
  if (!buckets || *buckets == 0) return std::nullopt;
  return buckets;
}

std::string bucket_key(std::uint32_t bucket) { return "e:" + hex_of(bucket / buckets_in_key); }
std::string bucket_field(std::uint32_t bucket) { return hex_of(bucket); }

std::string totals_key(delivery::CampaignNumber campaign) { return "t:" + std::to_string(campaign); }
std::string days_key(delivery::CampaignNumber campaign) { return "d:" + std::to_string(campaign); }
std::string cells_key(delivery::CampaignNumber campaign, Day day) { return "c:" + std::to_string(campaign) + ":" + std::to_string(day); }
std::string open_key(delivery::CampaignNumber campaign) { return "o:" + std::to_string(campaign); }
std::string campaign_field(delivery::CampaignNumber campaign) { return std::to_string(campaign); }

std::string mark_field(delivery::IntentKeyView key) {
  return std::to_string(key.campaign).append(".").append(key.occurrence).append(".").append(key.channel);
}

std::string field_of(const contracts::PartitionDecided& mark) { return mark_field({mark.campaign, mark.occurrence, mark.channel}); }

std::string open_field(Block block) { return (block.urgent ? "u" : "n") + std::to_string(block.offset); }

std::optional<Block> parse_open_field(std::string_view field) {
  if (!field.starts_with('u') && !field.starts_with('n')) return std::nullopt;
  const auto offset = read_number<std::uint64_t>(field.substr(1));
  if (!offset) return std::nullopt;
  return Block{field.front() == 'u', *offset};
}

std::string cell_field(const effect::CounterKey& key) {
  std::string out;
  put_varint(out, key.hour);
  if (key.hour != 0) {
    out.push_back(static_cast<char>(key.size));
    put_varint(out, key.street);
  }
  if (key.item != 0)
    for (unsigned shift = 0; shift < 64; shift += 8) out.push_back(static_cast<char>(key.item >> shift));
  return out;
}

std::optional<effect::CounterKey> parse_cell_field(delivery::CampaignNumber campaign, std::string_view field) {
  constexpr std::uint64_t most = std::numeric_limits<std::uint32_t>::max();
  effect::CounterKey key;
  key.campaign = campaign;
  const auto hour = take_varint(field);
  if (!hour || *hour > most) return std::nullopt;
  key.hour = static_cast<delivery::Hour>(*hour);
  if (key.hour != 0) {
    if (field.empty()) return std::nullopt;
    const auto size = static_cast<unsigned char>(field.front());
    field.remove_prefix(1);
    const auto street = take_varint(field);
    if (size > static_cast<unsigned char>(delivery::SizeBand::large) || !street || *street > most) return std::nullopt;
    key.size = static_cast<delivery::SizeBand>(size);
    key.street = static_cast<std::uint32_t>(*street);
  }
  if (field.size() == 8)
    for (unsigned i = 0; i < 8; ++i) key.item |= static_cast<std::uint64_t>(static_cast<unsigned char>(field[i])) << (8 * i);
  else if (!field.empty())
    return std::nullopt;
  return key;
}

std::string encode_sums(const Sums& sums) {
  std::string out;
  for (const auto& [measure, sum] : sums) {
    out.push_back(static_cast<char>(measure));
    put_varint(out, (static_cast<std::uint64_t>(sum) << 1) ^ static_cast<std::uint64_t>(sum >> 63));
  }
  return out;
}

std::optional<Sums> decode_sums(std::string_view bytes) {
  Sums sums;
  while (!bytes.empty()) {
    const auto measure = static_cast<effect::Measure>(static_cast<unsigned char>(bytes.front()));
    bytes.remove_prefix(1);
    const auto zigzag = take_varint(bytes);
    if (!zigzag || (!sums.empty() && sums.back().first >= measure)) return std::nullopt;
    sums.emplace_back(measure, static_cast<std::int64_t>(*zigzag >> 1) ^ -static_cast<std::int64_t>(*zigzag & 1));
  }
  return sums;
}

}  // namespace zhida::stores::deliveries
