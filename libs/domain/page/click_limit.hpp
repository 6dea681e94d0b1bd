#pragma once

#include "domain/date_time.hpp"

#include <cstddef>
#include <cstdint>
#include <unordered_map>

namespace zhida::page {

/// How many clicks on the links of one delivery are worth recording: each keeps its id for days, and a link that leaked, or that a program
/// follows for ever, must not fill the memory. Beyond the limit a click still leads to its target.
///
/// Counts by hours of the clock, so that at most twice `most_an_hour` fall into any hour; forgets with the hour. Not thread-safe.
class ClickLimit {
 public:
  static constexpr std::uint32_t most_an_hour = 60;
  static constexpr std::size_t most_deliveries = 500'000;  ///< watched at a time; more than these are not limited

  /// Counts one more click at `now`; false if it is above the limit. `delivery` is a hash of the intent's id.
  bool admit(std::uint64_t delivery, domain::Instant now);

 private:
  std::int64_t hour_ = 0;
  std::unordered_map<std::uint64_t, std::uint32_t> clicks_;
};

}  // namespace zhida::page
