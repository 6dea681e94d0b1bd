#pragma once

#include "domain/date_time.hpp"
#include "domain/enterprise/uscc.hpp"
#include "platform/log/record.hpp"
#include "stores/profiles/value_pool.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace zhida::stores {

/// What is known of one attribute, in 16 bytes.
class Cell {
 public:
  static constexpr std::uint32_t most_slots = 1U << 10U;
  static constexpr std::uint32_t most_sources = 1U << 22U;

  Cell() = default;
  Cell(std::uint32_t slot, const PackedValue& value, std::uint32_t source, domain::Date as_of, bool derived);

  std::uint32_t slot() const { return slot_source_ >> 22U; }
  std::uint32_t source() const { return slot_source_ & (most_sources - 1); }
  PackedValue value() const { return {static_cast<cel::Kind>((day_kind_ >> 4U) & 0xfU), bits_}; }
  domain::Date as_of() const { return domain::Date(std::chrono::days(static_cast<std::int64_t>(day_kind_ >> 8U) - day_zero)); }
  bool derived() const { return (day_kind_ & 1U) != 0; }
  bool removed() const { return value().kind == cel::Kind::missing; }

 private:
  static constexpr std::int64_t day_zero = 1 << 23;  // days before 1970 that fit

  std::uint64_t bits_ = 0;
  std::uint32_t slot_source_ = 0;
  std::uint32_t day_kind_ = 0;  // 24 bits day, 4 bits kind, 4 bits flags
};
static_assert(sizeof(Cell) == 16);

/// A text that costs one pointer when it is empty and its length besides otherwise.
class CompactText {
 public:
  std::string_view view() const;
  void assign(std::string_view text);
  void append(std::string_view text);
  std::size_t memory() const;

 private:
  std::unique_ptr<char[]> bytes_;  // four bytes of length, then the text
};

/// One enterprise.
struct ProfileRow {
  enterprise::Uscc uscc;
  std::uint16_t cell_count = 0;
  std::uint32_t records = 0;      ///< about it, in `profiles` and `vault`
  std::unique_ptr<Cell[]> cells;  ///< ordered by slot; a derived one behind the removed one of the same slot
  CompactText offsets;            ///< of its records in `profiles`: varints of the differences
  log::Offset last_offset = 0;
  CompactText sealed_name;
  CompactText vault_key;

  std::span<const Cell> view() const { return {cells.get(), cell_count}; }
  void replace(std::span<const Cell> with);
  void note_record(log::Offset offset);
  /// Offsets of its records in `profiles`, ascending.
  std::vector<log::Offset> record_offsets() const;
  std::size_t memory() const;
};

/// Rows in the order in which the enterprises were first heard of, found by code.
class ProfileRows {
 public:
  std::optional<std::uint32_t> find(const enterprise::Uscc& uscc) const;
  /// The row, made if there is none.
  ProfileRow& get(const enterprise::Uscc& uscc, std::uint32_t& number);

  std::uint32_t size() const { return static_cast<std::uint32_t>(rows_.size()); }
  const ProfileRow& operator[](std::uint32_t number) const { return rows_[number]; }
  ProfileRow& operator[](std::uint32_t number) { return rows_[number]; }

  std::size_t memory() const;

 private:
  std::size_t place_of(const enterprise::Uscc& uscc) const;
  void grow();

  std::deque<ProfileRow> rows_;
  std::vector<std::uint32_t> places_;  // open addressing; 1 + number of the row, 0 = free
};

}  // namespace zhida::stores
