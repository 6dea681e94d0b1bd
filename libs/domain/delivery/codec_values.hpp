#pragma once

#include "domain/delivery/bytes.hpp"
#include "domain/delivery/facts.hpp"

#include <chrono>
#include <cstdint>
#include <stdexcept>

namespace zhida::delivery {

// What the bytes of intents and those of outcomes have in common.

/// In the first byte of a decision about an item, and of an outcome: an amount follows.
inline constexpr unsigned has_benefit = 0x10;

inline constexpr int time_width = 5;  // milliseconds
inline constexpr Instant time_base = std::chrono::sys_days(std::chrono::year(2020) / 1 / 1);

/// Throws std::out_of_range for a time outside what a ledger can keep.
inline void put_time(ByteWriter& out, Instant at) {
  if (!is_keepable(at)) throw std::out_of_range("a time outside what a ledger can keep");
  out.fixed(static_cast<std::uint64_t>((at - time_base).count()), time_width);
}

inline Instant get_time(ByteReader& in) {
  const Instant at = time_base + std::chrono::milliseconds(static_cast<std::int64_t>(in.fixed(time_width)));
  if (!is_keepable(at)) in.fail();
  return at;
}

template <class Enum>
Enum get_enum(ByteReader& in, unsigned value) {
  if (value < domain::EnumNames<Enum>::names.size()) return static_cast<Enum>(value);
  in.fail();
  return Enum{};
}

}  // namespace zhida::delivery
