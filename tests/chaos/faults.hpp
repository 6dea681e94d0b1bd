#pragma once

#include "chaos/system.hpp"
#include "chaos/witness.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace zhida::chaos {

enum class Fault {
  kill_redis,
  flush_redis,
  kill_broker,
  freeze,       ///< SIGSTOP for 10 s
  cut,          ///< a service and the brokers, or Redis, do not reach each other for 8 s
  late_append,  ///< what an owner had decided reaches the log only when another has taken over
  late_commit,  ///< the same of what a fold wrote to Redis
};

/// How often each happens in half an hour; shorter runs have their share, at least one of each.
struct Dose {
  int kills = 118;
  std::vector<std::pair<Fault, int>> others{{Fault::kill_redis, 22}, {Fault::flush_redis, 7}, {Fault::kill_broker, 12},
                                            {Fault::freeze, 24},     {Fault::cut, 12},        {Fault::late_append, 26},
                                            {Fault::late_commit, 12}};
};

/// The seeded plan of faults, and who carries it out: one lane kills services, another one does everything else, at the same time.
class Faults {
 public:
  Faults(System& system, std::uint64_t seed, double minutes);

  /// Everything planned; returns when it is done and all runs again. To be called by the thread that made the system.
  void run();

  /// What happened, and how often.
  std::map<std::string, int> counts() const;

 private:
  using Random = std::mt19937_64;

  void kill_services(Random random);
  void kill_one(Random& random);
  /// One of the processes of `among` that lives, of the entry port if that is empty; 0 if there is none for 10 s.
  pid_t living(Random& random, const std::vector<std::string>& among) const;
  void carry_out(Fault fault, Random& random);
  void late_append(Random& random);
  void late_commit(Random& random);
  bool await_hold(pid_t pid, std::chrono::seconds limit);
  void count(const std::string& what);

  System& system_;
  std::uint64_t seed_;
  std::chrono::milliseconds length_;
  int kills_;
  std::vector<Fault> plan_;
  mutable std::mutex mutex_;
  std::map<std::string, int> counts_;
};

}  // namespace zhida::chaos
