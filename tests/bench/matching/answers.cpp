#include "bench/matching/measures.hpp"
#include "matching/engine/cross_match.hpp"
#include "matching/engine/page_match.hpp"

namespace zhida::bench {

using namespace matching::engine;

namespace {

/// The checksum of definite pairs that every engine gave for the first 2,000 profiles of seed 42.
std::uint64_t published_checksum(const Options& options) {
  if (options.seed != 42 || options.profiles < 2000) return 0;
  switch (options.rules) {
    case 1'000:
      return 0x06abdba52f134871;
    case 10'000:
      return 0xa44f84d692976991;
    case 100'000:
      return 0x34bb9111abac6724;
    case 1'000'000:
      return 0xed47c0611f980e52;
    default:
      return 0;
  }
}

}  // namespace

void check_answers(Bench& bench) {
  const std::size_t first = std::min<std::size_t>(2000, bench.profiles.count), by_reference = std::min<std::size_t>(100, first);
  std::uint64_t definite = 0, unknown = 0, block_definite = 0, block_unknown = 0, page_part = 0, reference = 0;
  PageMatch page(bench.epoch, asof);
  for (std::size_t p = 0; p < first; ++p) {
    page.decide(static_cast<ProfileId>(p));
    page.for_each([&](RuleId id, matching::Verdict verdict) {
      const std::uint64_t hash = pair_hash(id, static_cast<std::uint32_t>(p));
      const bool eligible = verdict == matching::Verdict::eligible;
      (eligible ? definite : unknown) += hash;
      if (p < by_reference) page_part += eligible ? hash : 3 * hash;
    });
  }
  CrossMatch match(bench.epoch, asof);
  for (std::size_t block = 0; block * block_size < first; ++block)
    match.decide(block, [&](const DecidedRules& decided) {
      for (std::size_t i = 0; i < decided.ids.size(); ++i) {
        const auto add = [&](const Mask& mask, std::uint64_t& sum) {
          for_each_bit(mask, [&](std::size_t bit) {
            const std::size_t p = decided.first_profile + bit;
            if (p < first) sum += pair_hash(decided.ids[i], static_cast<std::uint32_t>(p));
          });
        };
        add(decided.eligible(i), block_definite);
        add(decided.unknown(i), block_unknown);
      }
    });
  for (std::size_t p = 0; p < by_reference; ++p)
    for (std::uint32_t r = 0; r < bench.rules.rules.size(); ++r) {
      const int value = evaluate(bench.rules, bench.rules.rules[r], bench.profiles, p);
      const std::uint64_t hash = pair_hash(r, static_cast<std::uint32_t>(p));
      reference += value == 1 ? hash : value < 0 ? 3 * hash : 0;
    }
  bench.report.text("checksum of definite pairs", hexadecimal(definite));
  bench.report.text("checksum of unknown pairs", hexadecimal(unknown));
  bench.report.check("blocks and pages agree", definite == block_definite && unknown == block_unknown);
  bench.report.check("the reference agrees", page_part == reference);
  if (const std::uint64_t published = published_checksum(bench.options))
    bench.report.check("the published checksum", published == definite);
}

}  // namespace zhida::bench
