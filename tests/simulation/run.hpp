#pragma once

#include "simulation/cluster.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace zhida::simulation {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool is_sanitized = true;
#else
inline constexpr bool is_sanitized = false;
#endif

/// What one seed came to.
struct Outcome {
  std::vector<std::string> problems;
  std::uint64_t trace = 0;
};

/// Plays a seed and checks it.
Outcome simulate(std::uint64_t seed, const Bug& bug = {});

/// `ZHIDA_SIMULATION_SEED=… simulation_test --gtest_filter='Simulation.The*'` plays it again; with ZHIDA_SIMULATION_TRACE it tells what
/// happens.
std::string describe(std::uint64_t seed, const Outcome& outcome);

}  // namespace zhida::simulation
