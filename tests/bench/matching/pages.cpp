#include "bench/matching/measures.hpp"
#include "matching/engine/page_match.hpp"

namespace zhida::bench {

using namespace matching::engine;

void measure_pages(Bench& bench) {
  const std::size_t count = std::min<std::size_t>(bench.options.rules >= 100'000 ? 1000 : 2000, bench.profiles.count);
  PageMatch page(bench.epoch, asof);
  std::uint64_t found = 0;
  Prototype::Sums sums;
  const auto [ours, theirs] = bench.compare(
      [&] {
        for (std::size_t p = 0; p < count; ++p) {
          page.decide(static_cast<ProfileId>(p));
          found += page.counts().eligible;
        }
      },
      [&] {
        for (std::size_t p = 0; p < count; ++p) bench.prototype->page(p, sums);
      });
  const double limit = bench.options.rules <= 1'000 ? 5 : bench.options.rules <= 10'000 ? 40 : 400;
  bench.report.goal("one profile x all rules", ours * 1e6 / static_cast<double>(count), "us", limit, true);
  if (bench.prototype) bench.report.goal("  against the prototype", ours / theirs, "x its time", 1.2, true);
}

}  // namespace zhida::bench
