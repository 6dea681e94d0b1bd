#include "simulation/run.hpp"

#include "simulation/checker.hpp"

#include <exception>

namespace zhida::simulation {

Outcome simulate(std::uint64_t seed, const Bug& bug) {
  Outcome outcome;
  try {
    Cluster cluster(seed, bug);
    if (!cluster.play())
      outcome.problems.push_back("it does not come to rest: " + cluster.unrest());
    else {
      outcome.problems = check(cluster);
      const RedisModel::Keys served = cluster.redis();
      for (std::string& problem : compare(served, cluster.refolded(), cluster.partitions())) outcome.problems.push_back(std::move(problem));
    }
    outcome.trace = cluster.trace();
    if (!cluster.end()) outcome.problems.push_back("a process that is cut off does not end");
  } catch (const std::exception& failure) {
    outcome.problems.push_back(std::string("it broke: ") + failure.what());
  }
  return outcome;
}

std::string describe(std::uint64_t seed, const Outcome& outcome) {
  std::string text = "seed " + std::to_string(seed) + ", to be played again with ZHIDA_SIMULATION_SEED=" + std::to_string(seed);
  for (const std::string& problem : outcome.problems) text += "\n  " + problem;
  return text;
}

}  // namespace zhida::simulation
