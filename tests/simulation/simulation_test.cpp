#include "simulation/run.hpp"

#include <gtest/gtest.h>

#include <charconv>
#include <cstdlib>
#include <optional>
#include <string_view>

namespace zhida::simulation {
namespace {

std::optional<std::uint64_t> setting(const char* name) {
  const char* const text = std::getenv(name);
  if (text == nullptr) return std::nullopt;
  const std::string_view digits(text);
  std::uint64_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

constexpr std::uint64_t usual_seeds = 10'000;

/// ZHIDA_SIMULATION_SEED=N plays that one only, ZHIDA_SIMULATION_SEEDS=N the first N.
TEST(Simulation, TheClusterIsExactUnderEverySeed) {
  if (is_sanitized && !setting("ZHIDA_SIMULATION_SEED") && !setting("ZHIDA_SIMULATION_SEEDS"))
    GTEST_SKIP() << "sanitizers: only when seeds are asked for";
  const auto one = setting("ZHIDA_SIMULATION_SEED");
  const std::uint64_t first = one.value_or(1), last = one.value_or(setting("ZHIDA_SIMULATION_SEEDS").value_or(usual_seeds));
  int failed = 0;
  for (std::uint64_t seed = first; seed <= last && failed < 10; ++seed) {
    const Outcome outcome = simulate(seed);
    if (outcome.problems.empty()) continue;
    ++failed;
    ADD_FAILURE() << describe(seed, outcome);
  }
}

TEST(Simulation, ASeedIsPlayedTheSameWayAgain) {
  if (is_sanitized) GTEST_SKIP() << "sanitizers: only when seeds are asked for";
  for (const std::uint64_t seed : {7U, 77U, 777U}) EXPECT_EQ(simulate(seed).trace, simulate(seed).trace) << seed;
}

}  // namespace
}  // namespace zhida::simulation
