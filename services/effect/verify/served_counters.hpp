#pragma once

#include "effect/snapshot_reader.hpp"
#include "effect/verify/compare_counters.hpp"
#include "platform/redis/client.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/system/result.hpp>

#include <cstdint>

namespace zhida::effect_service::verify {

/// Everything a partition served beside ledgers at one moment.
struct ServedCounters {
  std::string generation;
  std::uint32_t buckets = 1;
  std::string log;
  stores::PositionVector at;
  ServedHashes hashes;
};

/// Reads them a few keys at a time as long as the fold stands still meanwhile; if it never does, all in one transaction.
/// Error: `unavailable`.
boost::asio::awaitable<boost::system::result<ServedCounters>> read_counters(redis::Client& redis, SnapshotReader& snapshots, int partition);

}  // namespace zhida::effect_service::verify
