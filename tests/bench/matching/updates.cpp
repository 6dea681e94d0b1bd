#include "bench/matching/measures.hpp"
#include "matching/engine/page_match.hpp"
#include "matching/engine/row_index.hpp"

namespace zhida::bench {

using namespace matching::engine;

void measure_updates(Bench& bench) {
  // So many that the delta is settled several times, also together with segments.
  constexpr std::size_t rounds = 1500;
  double rule_time = 0, worst = 0, profile_time = 0;
  for (std::size_t i = 0; i < rounds; ++i) {
    const matching::Rule changed = bench.rule(i % bench.rules.rules.size());
    Stopwatch watch;
    const double took = watch.of([&] {
      bench.engine.set_rule(static_cast<RuleId>(i % bench.rules.rules.size()), changed);
      bench.engine.publish();
    });
    rule_time += took;
    worst = std::max(worst, took);
    profile_time += watch.of([&] {
      bench.set_profile(i * 97 % bench.profiles.count, i % bench.profiles.count);
      bench.engine.publish();
    });
  }
  const bool stated = bench.options.rules >= 100'000;
  bench.report.goal_if(stated, "rule change to visible", rule_time * 1e3 / rounds, "ms", 10, true);
  bench.report.figure("  the slowest of 1500", worst * 1e3, "ms");
  bench.report.figure("  segments then", static_cast<double>(bench.engine.epoch()->segments.size()), "");
  PageMatch page(bench.engine.epoch(), asof);
  constexpr std::size_t count = 500;
  const double pages = bench.best([&] {
    for (ProfileId p = 0; p < count; ++p) page.decide(p);
  });
  bench.report.figure("  one profile x all rules then", pages * 1e6 / count, "us");
  bench.report.goal_if(stated, "profile change to visible", profile_time * 1e3 / rounds, "ms", 1, true);
}

void measure_memory(Bench& bench) {
  std::size_t blocks = 0, rows = 0, code = bench.epoch->predicates->bytes();
  for (const auto& block : bench.epoch->blocks) blocks += block->bytes();
  for (const Segment& segment : bench.epoch->segments) {
    code += segment.code->bytes();
    if (segment.rows) rows += segment.rows->bytes();
  }
  const auto profiles = static_cast<double>(bench.profiles.count), rules = static_cast<double>(bench.options.rules);
  bench.report.goal("memory of a profile, 40 attributes", static_cast<double>(blocks) / profiles, "B", 200.0 * 40 / 60, true);
  bench.report.goal("memory of a rule with rows", static_cast<double>(rows + code) / rules, "B", 1500, true);
  bench.report.figure("  without rows", static_cast<double>(code) / rules, "B");
}

}  // namespace zhida::bench
