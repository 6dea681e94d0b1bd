#pragma once

#include <cstdint>
#include <string_view>

namespace zhida::redis {

/// A part of a Redis Cluster's keys: the unit that one server serves and that moves between servers.
using Slot = std::uint16_t;

inline constexpr Slot slots = 16'384;

/// What decides about the slot: what stands between the first `{` and the `}` behind it, or the whole key if that is nothing.
std::string_view hash_tag(std::string_view key);

/// CRC16 (XMODEM: polynomial 0x1021, from 0) of the tag, modulo the number of slots. Source: Redis Cluster specification, appendix A.
Slot slot_of(std::string_view key);

}  // namespace zhida::redis
