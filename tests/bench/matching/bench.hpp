#pragma once

#include "bench/matching/cel_workload.hpp"
#include "bench/matching/prototype.hpp"
#include "bench/matching/report.hpp"
#include "matching/date.hpp"
#include "matching/engine/engine.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace zhida::bench {

struct Options {
  std::size_t rules = 10'000, profiles = 8192;
  std::uint64_t seed = 42;
  bool json = false;
  std::string duckdb;  ///< command that asks it, or empty
};

/// The evaluation date of everything that is measured.
inline const cel::Value asof = matching::midnight(std::chrono::sys_days(std::chrono::year(2026) / 6 / 30));

/// The workload, held by the engine, by the prototype where the processor can run it, and plainly.
struct Bench {
  explicit Bench(const Options& with);

  /// Tells the engine all rules and profiles and reports how long that took.
  void load();
  void make_prototype();

  matching::Rule compile(const std::string& text) const;
  std::string text(std::size_t rule) const { return to_cel(rules.rules[rule], rules, attributes); }
  matching::Rule rule(std::size_t number) const { return compile(text(number)); }
  void set_profile(std::size_t id, std::size_t from);

  /// Best times of ours and, if there is one, the prototype's, taken in turns so that both see the same machine.
  template <class Ours, class Theirs>
  std::pair<double, double> compare(Ours&& ours, Theirs&& theirs, int rounds = 3) const {
    double a = 1e9, b = 1e9;
    for (int i = 0; i < rounds; ++i) {
      Stopwatch watch;
      a = std::min(a, watch.of(ours));
      if (prototype) b = std::min(b, watch.of(theirs));
    }
    return {a, b};
  }
  template <class Work>
  static double best(Work&& work, int rounds = 3) {
    double least = 1e9;
    Stopwatch watch;
    for (int i = 0; i < rounds; ++i) least = std::min(least, watch.of(work));
    return least;
  }

  Options options;
  Report report;
  std::vector<Attribute> attributes;
  Rules rules;
  Profiles profiles;
  std::shared_ptr<const matching::Language> language;
  matching::engine::Engine engine;
  Slots slots;
  std::shared_ptr<const matching::engine::Epoch> epoch;  ///< of all rules and profiles
  std::unique_ptr<Prototype> prototype;                  ///< null where the processor cannot run it
};

}  // namespace zhida::bench
