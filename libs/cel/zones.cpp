#include "cel/zones.hpp"

#include <algorithm>
#include <cstddef>

namespace zhida::cel {
namespace {

constexpr std::size_t header_size = 44;

/// Reads big-endian numbers; past the end it gives zeros and is no longer good.
struct Reader {
  std::string_view rest;
  bool good = true;

  std::int64_t number(std::size_t bytes) {
    if (rest.size() < bytes) {
      good = false;
      return 0;
    }
    std::uint64_t value = (static_cast<unsigned char>(rest[0]) & 0x80U) != 0 ? ~std::uint64_t{0} : 0;
    for (std::size_t i = 0; i < bytes; ++i) value = (value << 8) | static_cast<unsigned char>(rest[i]);
    rest.remove_prefix(bytes);
    return static_cast<std::int64_t>(value);
  }
  void skip(std::size_t bytes) {
    good = good && bytes <= rest.size();
    rest.remove_prefix(std::min(bytes, rest.size()));
  }
};

/// The six counts of a header.
struct Counts {
  std::size_t ut = 0, standard = 0, leap = 0, changes = 0, types = 0, letters = 0;
  std::size_t body(std::size_t time_size) const {
    return changes * (time_size + 1) + types * 6 + letters + leap * (time_size + 4) + standard + ut;
  }
};

std::optional<Counts> read_header(Reader& reader) {
  if (reader.rest.size() < header_size || !reader.rest.starts_with("TZif") || reader.rest[4] < '2') return std::nullopt;
  reader.skip(20);
  Counts counts;
  for (std::size_t* const count : {&counts.ut, &counts.standard, &counts.leap, &counts.changes, &counts.types, &counts.letters}) {
    const std::int64_t value = reader.number(4);
    if (value < 0 || value > 100'000) return std::nullopt;
    *count = static_cast<std::size_t>(value);
  }
  return counts;
}

/// `+08:00`, or `08:00`.
std::optional<std::int64_t> plain_offset(std::string_view text) {
  const bool minus = text.starts_with('-');
  if (minus || text.starts_with('+')) text.remove_prefix(1);
  const auto digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
  if (text.size() != 5 || text[2] != ':' || !digit(0) || !digit(1) || !digit(3) || !digit(4)) return std::nullopt;
  const auto two = [&](std::size_t i) { return (text[i] - '0') * 10 + (text[i + 1] - '0'); };
  if (two(0) > 23 || two(3) > 59) return std::nullopt;
  const std::int64_t offset = two(0) * 3600 + two(3) * 60;
  return minus ? -offset : offset;
}

std::optional<std::int64_t> fixed_offset(std::string_view zone) {
  if (zone == "UTC" || zone == "Z" || zone == "Etc/UTC") return 0;
  if (zone == "Asia/Shanghai") return 8 * 3600;
  return plain_offset(zone);
}

}  // namespace

bool Zones::add(std::string name, std::string_view table) {
  Reader reader{table};
  const auto old_counts = read_header(reader);  // a block of 32-bit times for old readers comes first
  if (!old_counts) return false;
  reader.skip(old_counts->body(4));
  const auto counts = read_header(reader);
  if (!counts || counts->types == 0) return false;
  Table read;
  for (std::size_t i = 0; i < counts->changes; ++i) read.changes.push_back(reader.number(8));
  std::vector<std::size_t> types;
  for (std::size_t i = 0; i < counts->changes; ++i) types.push_back(static_cast<std::size_t>(reader.number(1) & 0xFF));
  std::vector<std::int32_t> offsets;
  for (std::size_t i = 0; i < counts->types; ++i) {
    offsets.push_back(static_cast<std::int32_t>(reader.number(4)));
    reader.skip(2);
  }
  reader.skip(counts->letters + counts->leap * 12 + counts->standard + counts->ut);
  if (!reader.good || !std::ranges::is_sorted(read.changes)) return false;
  read.offsets.push_back(offsets[0]);
  for (const std::size_t type : types) {
    if (type >= offsets.size()) return false;
    read.offsets.push_back(offsets[type]);
  }
  // The rule for later years stands in a line of its own; a comma parts the zone from when its daylight saving time begins.
  read.goes_on_changing = reader.rest.find(',') != std::string_view::npos;
  tables_.insert_or_assign(std::move(name), std::move(read));
  return true;
}

bool Zones::knows(std::string_view zone) const { return fixed_offset(zone) || tables_.contains(zone); }

std::optional<std::int64_t> Zones::offset(std::string_view zone, std::int64_t instant) const {
  if (const auto fixed = fixed_offset(zone)) return fixed;
  const auto found = tables_.find(zone);
  if (found == tables_.end()) return std::nullopt;
  const Table& table = found->second;
  const auto after = std::ranges::upper_bound(table.changes, instant);
  if (after == table.changes.end() && table.goes_on_changing) return std::nullopt;
  return table.offsets[static_cast<std::size_t>(after - table.changes.begin())];
}

}  // namespace zhida::cel
