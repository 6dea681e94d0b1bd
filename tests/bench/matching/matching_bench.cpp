// How fast the matching engine is: `matching_bench --rules N --profiles M --seed S`.
#include "bench/matching/cel_workload.hpp"
#include "matching/date.hpp"
#include "matching/engine/cross_match.hpp"
#include "matching/engine/engine.hpp"
#include "matching/engine/page_match.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>

namespace zhida::bench {
namespace {

using namespace matching::engine;

double now() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

int run(std::size_t rule_count, std::size_t profile_count, std::uint64_t seed) {
  const auto attributes = make_attributes();
  double start = now();
  const Rules rules = make_rules(attributes, rule_count, seed);
  const Profiles profiles = make_profiles(attributes, profile_count, seed);
  std::printf("workload %.2f s\n", now() - start);
  const auto language = make_language(attributes);
  Engine engine(language);
  start = now();
  for (std::size_t i = 0; i < rule_count; ++i) {
    const auto compiled = matching::Rule::compile(language, to_cel(rules.rules[i], rules, attributes));
    if (!compiled) {
      std::fprintf(stderr, "%s\n%s\n", to_cel(rules.rules[i], rules, attributes).c_str(), compiled.diagnostics[0].message_en.c_str());
      return 1;
    }
    engine.set_rule(static_cast<RuleId>(i), *compiled.rule);
  }
  std::printf("rules told %.2f s\n", now() - start);
  start = now();
  Slots slots(attributes);
  for (std::size_t p = 0; p < profile_count; ++p)
    if (const auto mistake = engine.set_profile(static_cast<ProfileId>(p), slots.fill(profiles, p))) {
      std::fprintf(stderr, "%s\n", mistake->message_en.c_str());
      return 1;
    }
  std::printf("profiles told %.2f s\n", now() - start);
  start = now();
  engine.publish();
  std::printf("published %.2f s\n", now() - start);
  const cel::Value asof = matching::midnight(std::chrono::year(2026) / 6 / 30);
  const auto epoch = engine.epoch();
  {
    CrossMatch match(epoch, asof);
    std::uint64_t hash = 0, unknown = 0, matched = 0, count = 0;
    for (std::size_t block = 0; block < match.blocks(); ++block)
      match.decide(block, [&](const DecidedRules& decided) {
        for (std::size_t i = 0; i < decided.ids.size(); ++i) {
          for_each_bit(decided.eligible(i), [&](std::size_t bit) {
            hash += pair_hash(decided.ids[i], static_cast<std::uint32_t>(decided.first_profile + bit));
            ++matched;
          });
          for_each_bit(decided.unknown(i), [&](std::size_t bit) {
            unknown += pair_hash(decided.ids[i], static_cast<std::uint32_t>(decided.first_profile + bit));
            ++count;
          });
        }
      });
    std::printf("definite %016llx (%llu) unknown %016llx (%llu)\n", static_cast<unsigned long long>(hash),
                static_cast<unsigned long long>(matched), static_cast<unsigned long long>(unknown), static_cast<unsigned long long>(count));
    for (int round = 0; round < 3; ++round) {
      Counting counting(*epoch);
      start = now();
      for (std::size_t block = 0; block < match.blocks(); ++block) match.decide(block, counting);
      const double took = now() - start;
      start = now();
      Counting near(*epoch);
      for (std::size_t block = 0; block < match.blocks(); ++block) match.decide(block, near, true);
      const double near_took = now() - start;
      std::printf("cross %.0f us/block %.2f G pairs/s; near %.2fx; predicates %zu\n", 1e6 * took / static_cast<double>(match.blocks()),
                  static_cast<double>(rule_count) * static_cast<double>(match.blocks()) * 512 / took / 1e9, near_took / took,
                  epoch->predicates->size());
    }
  }
  {
    PageMatch match(epoch, asof);
    const std::size_t pages = std::min<std::size_t>(profile_count, 2000);
    std::uint64_t hash = 0, unknown = 0;
    for (std::size_t p = 0; p < pages; ++p) {
      match.decide(static_cast<ProfileId>(p));
      match.for_each([&](RuleId rule, matching::Verdict verdict) {
        (verdict == matching::Verdict::eligible ? hash : unknown) += pair_hash(rule, static_cast<std::uint32_t>(p));
      });
    }
    std::printf("pages %zu: %016llx %016llx\n", pages, static_cast<unsigned long long>(hash), static_cast<unsigned long long>(unknown));
    for (int round = 0; round < 3; ++round) {
      start = now();
      std::size_t sum = 0;
      for (std::size_t p = 0; p < pages; ++p) {
        match.decide(static_cast<ProfileId>(p));
        sum += match.counts().eligible;
      }
      std::printf("page %.2f us (%zu)\n", 1e6 * (now() - start) / static_cast<double>(pages), sum);
    }
  }
  return 0;
}

}  // namespace
}  // namespace zhida::bench

int main(int count, char** arguments) {
  std::size_t rules = 10'000, profiles = 4096;
  std::uint64_t seed = 42;
  for (int i = 1; i + 1 < count; i += 2) {
    const std::uint64_t value = std::strtoull(arguments[i + 1], nullptr, 10);
    if (std::strcmp(arguments[i], "--rules") == 0) rules = value;
    if (std::strcmp(arguments[i], "--profiles") == 0) profiles = value;
    if (std::strcmp(arguments[i], "--seed") == 0) seed = value;
  }
  return zhida::bench::run(rules, profiles, seed);
}
