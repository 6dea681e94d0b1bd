#include "stores/profiles/profile_rows.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace zhida::stores {
namespace {

/// What malloc adds and rounds up to.
std::size_t allocated(std::size_t bytes) { return bytes == 0 ? 0 : std::max<std::size_t>(32, (bytes + 8 + 15) / 16 * 16); }

}  // namespace

Cell::Cell(std::uint32_t slot, const PackedValue& value, std::uint32_t source, domain::Date as_of, bool derived)
    : bits_(value.bits),
      slot_source_(slot << 22U | source),
      day_kind_(static_cast<std::uint32_t>(as_of.time_since_epoch().count() + day_zero) << 8U |
                static_cast<std::uint32_t>(value.kind) << 4U | (derived ? 1U : 0U)) {}

std::string_view CompactText::view() const {
  if (!bytes_) return {};
  std::uint32_t size = 0;
  std::memcpy(&size, bytes_.get(), sizeof size);
  return {bytes_.get() + sizeof size, size};
}

void CompactText::assign(std::string_view text) {
  if (text.empty()) return bytes_.reset();
  const auto size = static_cast<std::uint32_t>(text.size());
  auto bytes = std::make_unique_for_overwrite<char[]>(sizeof size + size);
  std::memcpy(bytes.get(), &size, sizeof size);
  std::memcpy(bytes.get() + sizeof size, text.data(), size);
  bytes_ = std::move(bytes);
}

void CompactText::append(std::string_view text) {
  std::string longer(view());
  longer += text;
  assign(longer);
}

std::size_t CompactText::memory() const { return bytes_ ? allocated(view().size() + sizeof(std::uint32_t)) : 0; }

void ProfileRow::replace(std::span<const Cell> with) {
  if (with.size() != cell_count) {
    cells = std::make_unique_for_overwrite<Cell[]>(with.size());
    cell_count = static_cast<std::uint16_t>(with.size());
  }
  std::ranges::copy(with, cells.get());
}

void ProfileRow::note_record(log::Offset offset) {
  std::string varint;
  auto difference = static_cast<std::uint64_t>(offset - last_offset);
  for (; difference >= 0x80; difference >>= 7U) varint.push_back(static_cast<char>((difference & 0x7fU) | 0x80U));
  varint.push_back(static_cast<char>(difference));
  offsets.append(varint);
  last_offset = offset;
}

std::vector<log::Offset> ProfileRow::record_offsets() const {
  std::vector<log::Offset> all;
  log::Offset offset = 0;
  std::uint64_t difference = 0;
  unsigned shift = 0;
  for (const char c : offsets.view()) {
    const auto byte = static_cast<unsigned char>(c);
    difference |= static_cast<std::uint64_t>(byte & 0x7fU) << shift;
    shift += 7;
    if (byte >= 0x80) continue;
    offset += static_cast<log::Offset>(difference);
    all.push_back(offset);
    difference = 0;
    shift = 0;
  }
  return all;
}

std::size_t ProfileRow::memory() const {
  return sizeof *this + allocated(cell_count * sizeof(Cell)) + offsets.memory() + sealed_name.memory() + vault_key.memory();
}

std::size_t ProfileRows::place_of(const enterprise::Uscc& uscc) const {
  const std::size_t mask = places_.size() - 1;
  std::size_t place = (enterprise::hash_of(uscc) >> 16U) & mask;
  while (places_[place] != 0 && rows_[places_[place] - 1].uscc != uscc) place = (place + 1) & mask;
  return place;
}

std::optional<std::uint32_t> ProfileRows::find(const enterprise::Uscc& uscc) const {
  if (places_.empty()) return std::nullopt;
  const std::uint32_t number = places_[place_of(uscc)];
  if (number == 0) return std::nullopt;
  return number - 1;
}

void ProfileRows::grow() {
  places_.assign(std::max<std::size_t>(1024, places_.size() * 2), 0);
  for (std::uint32_t number = 0; number < size(); ++number) places_[place_of(rows_[number].uscc)] = number + 1;
}

ProfileRow& ProfileRows::get(const enterprise::Uscc& uscc, std::uint32_t& number) {
  if (4 * (rows_.size() + 1) > 3 * places_.size()) grow();
  const std::size_t place = place_of(uscc);
  if (places_[place] == 0) {
    rows_.emplace_back().uscc = uscc;
    places_[place] = size();
  }
  number = places_[place] - 1;
  return rows_[number];
}

std::size_t ProfileRows::memory() const {
  std::size_t bytes = places_.capacity() * sizeof(std::uint32_t);
  for (const ProfileRow& row : rows_) bytes += row.memory();
  return bytes;
}

}  // namespace zhida::stores
