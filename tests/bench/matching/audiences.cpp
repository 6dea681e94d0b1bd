#include "bench/matching/duckdb.hpp"
#include "bench/matching/measures.hpp"
#include "matching/engine/audience_match.hpp"
#include "matching/engine/findings.hpp"
#include "matching/engine/impact.hpp"

namespace zhida::bench {

using namespace matching::engine;

void measure_audiences(Bench& bench) {
  const std::size_t count = std::min<std::size_t>(200, bench.options.rules);
  const double millions = static_cast<double>(count) * static_cast<double>(bench.profiles.count) / 1e6;
  std::vector<std::shared_ptr<const AudiencePlan>> plans;
  for (std::size_t i = 0; i < count; ++i) plans.push_back(plan(bench.epoch, bench.rule(i * (bench.options.rules / count)), asof));
  std::uint64_t eligible = 0, expected = 0;
  const auto [ours, theirs] = bench.compare(
      [&] {
        eligible = 0;
        for (const auto& each : plans) eligible += AudienceMatch(each).count().eligible;
      },
      [&] {
        expected = 0;
        for (std::size_t i = 0; i < count; ++i) expected += bench.prototype->scan(i * (bench.options.rules / count));
      },
      1);
  MaskCache cache(std::size_t{8} << 30U);
  for (const auto& each : plans) AudienceMatch(each, &cache).count();
  std::uint64_t cached = 0;
  std::vector<AudienceMatch> ready;
  for (const auto& each : plans) ready.emplace_back(each, &cache);
  const double fast = bench.best([&] {
    cached = 0;
    for (AudienceMatch& each : ready) cached += each.count().eligible;
  });
  bench.report.goal("one rule x 1M profiles, from columns", ours * 1e3 / millions, "ms", 12, true);
  if (bench.prototype) bench.report.figure("  against the prototype", ours / theirs, "x its time");
  bench.report.goal("one rule x 1M profiles, from cached masks", fast * 1e3 / millions, "ms", 0.1, true);
  std::uint64_t only = 0;
  const double definite = bench.best([&] {
    only = 0;
    for (AudienceMatch& each : ready) only += each.count_eligible();
  });
  bench.report.figure("  only who is eligible", definite * 1e3 / millions, "ms");
  bench.report.check("  the same", only == cached);
  bench.report.figure("  masks kept", static_cast<double>(cache.bytes()) / 1e6, "MB");
  bench.report.check("cached and uncached agree", cached == eligible);
  if (bench.prototype && bench.profiles.count % block_size == 0) bench.report.check("the prototype's counts agree", expected == eligible);
}

void measure_duckdb(Bench& bench) {
  std::vector<std::size_t> numbers;
  for (std::size_t i = 0; i < 200; ++i) numbers.push_back(i * bench.rules.rules.size() / 200);
  std::vector<std::shared_ptr<const AudiencePlan>> plans;
  for (const std::size_t number : numbers) plans.push_back(plan(bench.epoch, bench.rule(number), asof));
  std::vector<AudienceCounts> counts;
  for (const auto& each : plans) counts.push_back(AudienceMatch(each).count());
  // The same question as theirs: who is eligible.
  std::uint64_t eligible = 0, again = 0;
  const double uncached = bench.best([&] {
    eligible = 0;
    for (const auto& each : plans) eligible += AudienceMatch(each).count_eligible();
  });
  MaskCache cache(std::size_t{8} << 30U);
  std::vector<AudienceMatch> ready;
  for (const auto& each : plans) ready.emplace_back(each, &cache);
  for (AudienceMatch& each : ready) each.count();
  const double cached = bench.best([&] {
    again = 0;
    for (AudienceMatch& each : ready) again += each.count_eligible();
  });
  const DuckdbAnswers theirs = ask_duckdb(bench.options.duckdb, bench.attributes, bench.rules, numbers, bench.profiles);
  std::uint64_t sum = 0;
  for (const AudienceCounts& each : counts) sum += each.eligible;
  bool same = sum == eligible && sum == again;
  for (std::size_t i = 0; i < numbers.size(); ++i)
    same = same && theirs.counts[i].eligible == counts[i].eligible && theirs.counts[i].unknown == counts[i].unknown;
  const double millions = static_cast<double>(numbers.size()) * static_cast<double>(bench.profiles.count) / 1e6;
  bench.report.text("DuckDB", theirs.version);
  bench.report.figure("  ours, from columns, who is eligible", uncached * 1e3 / millions, "ms");
  bench.report.figure("  ours, from cached masks, who is eligible", cached * 1e3 / millions, "ms");
  bench.report.figure("  one rule x 1M profiles, who is eligible", theirs.seconds * 1e3 / millions, "ms");
  bench.report.check("  its counts of true and of null are ours", same);
  bench.report.goal("  ours, from columns", theirs.seconds / uncached, "x its speed", 5, false);
  bench.report.goal("  ours, from cached masks", theirs.seconds / cached, "x its speed", 500, false);
}

void measure_edits(Bench& bench) {
  const std::size_t count = 20;
  const double millions = static_cast<double>(count) * static_cast<double>(bench.profiles.count) / 1e6;
  double sum = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string text = bench.text(i);
    const auto before = plan(bench.epoch, bench.compile(text), asof),
               after = plan(bench.epoch, bench.compile(text + " && p.employees >= 25"), asof);
    Stopwatch watch;
    sum += watch.of([&] { impact(before, after); });
  }
  bench.report.goal("impact of a rule edit, 1M profiles", sum * 1e3 / millions, "ms", 50, true);
}

void measure_explanations(Bench& bench) {
  const std::size_t rules = std::min<std::size_t>(500, bench.options.rules), count = 512;
  std::vector<std::shared_ptr<const AudiencePlan>> plans;
  for (std::size_t i = 0; i < rules; ++i) plans.push_back(plan(bench.epoch, bench.rule(i), asof));
  std::size_t failing = 0;
  const double took = bench.best([&] {
    for (const auto& each : plans) {
      Finder finder(each);
      for (ProfileId p = 0; p < count; ++p) failing += finder.find(p).failing.size();
    }
  });
  bench.report.goal("explain", took * 1e6 / static_cast<double>(rules * count), "us per rule and profile", 1, true);
}

}  // namespace zhida::bench
