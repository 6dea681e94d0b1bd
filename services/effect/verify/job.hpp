#pragma once

#include "effect/verify/differences.hpp"
#include "stores/deliveries/deliveries_reader.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace zhida::effect_service::verify {

/// One comparison of everything that is served with the log.
struct Job {
  enum class State { waiting, running, done, failed };

  std::string id;
  std::string asked_by;  ///< key id and Idempotency-Key; empty = without one
  State state = State::waiting;
  std::string failure;  ///< why it failed: nothing is known then
  Differences differences;
  std::uint64_t facts = 0;
  std::uint64_t enterprises = 0;
  std::chrono::milliseconds took{0};
  stores::FoldedTo compared_at;  ///< positions of the compared counters

  bool over() const { return state == State::done || state == State::failed; }
};

/// `v` and sixteen hexadecimal digits, never used twice.
std::string new_job_id();
/// Whether it looks like one.
bool is_job_id(std::string_view text);

}  // namespace zhida::effect_service::verify
