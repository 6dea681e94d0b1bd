#include "bench/matching/measures.hpp"
#include "matching/engine/cross_match.hpp"

#include <span>
#include <thread>

namespace zhida::bench {

using namespace matching::engine;

namespace {

/// How many times as fast two threads are as one that decides all blocks; each has what it works with, and its memory is warm.
/// Wall time also shows what else the machine does; processor time shows what the threads do to each other.
template <class First, class Second>
std::pair<double, double> scaling(std::size_t blocks, First&& first, Second&& second) {
  const auto share = [&](auto& decide, std::size_t from, std::size_t step) {
    for (std::size_t round = 0; round < 4; ++round)
      for (std::size_t block = from; block < blocks; block += step) decide(block);
  };
  first(0);
  second(0);
  double alone = 1e9, together = 1e9, alone_cpu = 1e9, longer_cpu = 1e9;
  for (int attempt = 0; attempt < 5; ++attempt) {
    Stopwatch own;
    const WallClock one;
    alone_cpu = std::min(alone_cpu, own.of([&] { share(first, 0, 1); }));
    alone = std::min(alone, one.seconds());
    const WallClock two;
    double other_cpu = 0;
    std::thread other([&] { other_cpu = Stopwatch().of([&] { share(second, 1, 2); }); });
    const double own_cpu = own.of([&] { share(first, 0, 2); });
    other.join();
    together = std::min(together, two.seconds());
    longer_cpu = std::min(longer_cpu, std::max(own_cpu, other_cpu));
  }
  return {alone_cpu / longer_cpu, alone / together};
}

void measure_two_threads(Bench& bench, std::size_t blocks) {
  struct Ours {
    explicit Ours(const std::shared_ptr<const Epoch>& epoch) : match(epoch, asof), counting(epoch) {}
    void operator()(std::size_t block) { match.decide(block, counting); }
    CrossMatch match;
    Counting counting;
  };
  Ours first(bench.epoch), second(bench.epoch);
  const auto [by_cpu, by_wall] = scaling(blocks, first, second);
  bench.report.goal_if(bench.options.rules >= 10'000, "  two threads, by the longer one's CPU time", by_cpu, "x one", 1.8, false);
  bench.report.figure("  two threads, by wall time", by_wall, "x one");
  if (!bench.prototype) return;
  const std::unique_ptr<Prototype> copy = bench.prototype->copy();
  Prototype::Sums sums, other_sums;
  const auto theirs = [&](std::size_t block) { bench.prototype->cross(block, sums); };
  const auto others = [&](std::size_t block) { copy->cross(block, other_sums); };
  bench.report.figure("  two threads of the prototype, by CPU time", scaling(blocks, theirs, others).first, "x one");
}

}  // namespace

void measure_cross(Bench& bench) {
  const std::size_t blocks = std::min<std::size_t>(bench.profiles.count / block_size, bench.options.rules >= 100'000 ? 8 : 16);
  CrossMatch match(bench.epoch, asof);
  Counting counting(bench.epoch);
  std::vector<std::uint32_t> ids(std::size_t{1} << 20);
  Prototype::Sums sums;
  const double pairs = static_cast<double>(bench.options.rules) * static_cast<double>(blocks) * block_size;
  const auto all_blocks = [&](auto&& one) {
    for (std::size_t block = 0; block < blocks; ++block) one(block);
  };
  const auto [ours, theirs] = bench.compare([&] { all_blocks([&](std::size_t b) { match.decide(b, counting); }); },
                                            [&] { all_blocks([&](std::size_t b) { bench.prototype->cross(b, sums); }); });
  const double near = bench.best([&] { all_blocks([&](std::size_t b) { match.decide(b, counting, true); }); });
  const auto emit = [&](const DecidedRules& decided) {
    std::size_t size = 0;
    for (std::size_t i = 0; i < decided.ids.size(); ++i) {
      if (size + block_size > ids.size()) size = 0;
      size += kernels().emit(decided.rails[i].definite, static_cast<std::uint32_t>(decided.first_profile), ids.data() + size);
    }
  };
  const auto [with_ids, their_ids] = bench.compare([&] { all_blocks([&](std::size_t b) { match.decide(b, emit); }); },
                                                   [&] { all_blocks([&](std::size_t b) { bench.prototype->cross_ids(b, sums); }); });
  // The goals speak of 10,000 rules and more: below, most of the time goes into the predicates, of which there are more than rules.
  const double rate = pairs / ours / 1e9, with_ids_rate = pairs / with_ids / 1e9;
  const bool stated = bench.options.rules >= 10'000;
  bench.report.goal_if(stated, "rules x profiles", rate, "G pairs/s", bench.options.rules >= 100'000 ? 9 : 7, false);
  if (bench.prototype) bench.report.goal_if(stated, "  against the prototype", theirs / ours, "x its speed", 0.85, false);
  bench.report.goal_if(stated, "  with lists of ids", with_ids_rate, "G pairs/s", 4.5, false);
  if (bench.prototype) bench.report.goal_if(stated, "  against the prototype", their_ids / with_ids, "x its speed", 0.85, false);
  bench.report.goal("  with near misses", near / ours, "x the time without", 1.4, true);
  for (const KernelSets sets = all_kernels(); const Kernels* const with : std::span(sets.sets, sets.count)) {
    CrossMatch one(bench.epoch, asof, *with);
    Counting own(bench.epoch, *with);
    const double took = bench.best([&] { all_blocks([&](std::size_t b) { one.decide(b, own); }); });
    bench.report.figure(std::string("  kernels: ") + with->name, pairs / took / 1e9, "G pairs/s");
  }
  measure_two_threads(bench, blocks);
}

}  // namespace zhida::bench
