#pragma once

#include "effect/verify/differences.hpp"
#include "effect/verify/log_slice.hpp"
#include "platform/redis/reply.hpp"
#include "stores/deliveries/keys.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <utility>

namespace zhida::effect_service::verify {

/// What counters, headers, marks and lists of open blocks must hold, gathered slice by slice.
struct ExpectedCounters {
  Counts counts;
  std::map<std::pair<delivery::CampaignNumber, stores::deliveries::Block>, std::int64_t> open;
  Packages packages;
  std::map<std::string, contracts::PartitionDecided> marks;

  /// Adds the enterprises of a slice.
  void add(const LogSlice& slice);
};

/// Everything a partition serves beside ledgers: key behind the generation → its fields.
using ServedHashes = std::map<std::string, std::map<std::string, std::string>>;

/// Fields of a reply of HGETALL.
std::map<std::string, std::string> fields_of(const redis::Reply& hash);

/// Compares field by field.
void compare(int partition, const ExpectedCounters& expected, const ServedHashes& served, Differences& into);

}  // namespace zhida::effect_service::verify
