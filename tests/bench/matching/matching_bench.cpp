// How fast the matching engine is, against the goals and the prototype in the same run:
// `matching_bench [--rules N] [--profiles M] [--seed S] [--duckdb COMMAND] [--json]`.
// Times are CPU time of one thread.

#include "bench/matching/cel_workload.hpp"
#include "bench/matching/duckdb.hpp"
#include "bench/matching/prototype.hpp"
#include "bench/matching/report.hpp"
#include "matching/date.hpp"
#include "matching/engine/cross_match.hpp"
#include "matching/engine/engine.hpp"
#include "matching/engine/findings.hpp"
#include "matching/engine/impact.hpp"
#include "matching/engine/row_index.hpp"

#include <cstring>
#include <functional>
#include <stdexcept>
#include <thread>

namespace zhida::bench {
namespace {

using namespace matching::engine;

const cel::Value asof = matching::midnight(std::chrono::sys_days(std::chrono::year(2026) / 6 / 30));

struct Options {
  std::size_t rules = 10'000, profiles = 8192;
  std::uint64_t seed = 42;
  bool json = false;
  std::string duckdb;  ///< command that asks it, or empty
};

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

class Bench {
 public:
  explicit Bench(const Options& options)
      : options_(options),
        report_(options.json),
        attributes_(make_attributes()),
        rules_(make_rules(attributes_, options.rules, options.seed)),
        profiles_(make_profiles(attributes_, std::max<std::size_t>(options.profiles, 2048), options.seed)),
        language_(make_language(attributes_)),
        engine_(language_),
        slots_(attributes_) {}

  int run() {
    load();
    check();
    if (Prototype::available()) prototype_ = std::make_unique<Prototype>(attributes_, rules_, profiles_, options_.seed);
    pages();
    cross();
    if (profiles_.count >= 100'000) audiences();
    if (profiles_.count >= 100'000 && !options_.duckdb.empty()) duckdb();
    if (profiles_.count >= 100'000) edits();
    explanations();
    updates();
    memory();
    return report_.finish();
  }

 private:
  matching::Rule compile(const std::string& text) const {
    const auto compiled = matching::Rule::compile(language_, text);
    if (!compiled) throw std::runtime_error(text + ": " + compiled.diagnostics[0].message_en);
    return *compiled.rule;
  }
  matching::Rule rule(std::size_t i) const { return compile(to_cel(rules_.rules[i], rules_, attributes_)); }

  void set_profile(std::size_t id, std::size_t from) {
    if (const auto mistake = engine_.set_profile(static_cast<ProfileId>(id), slots_.fill(profiles_, from)))
      throw std::runtime_error(mistake->message_en);
  }

  void load() {
    Stopwatch watch;
    for (std::size_t i = 0; i < rules_.rules.size(); ++i) engine_.set_rule(static_cast<RuleId>(i), rule(i));
    report_.figure("rules compiled and told", watch.seconds() * 1e6 / static_cast<double>(options_.rules), "us/rule");
    watch.restart();
    for (std::size_t p = 0; p < profiles_.count; ++p) set_profile(p, p);
    report_.figure("profiles told", watch.seconds() * 1e6 / static_cast<double>(profiles_.count), "us/profile");
    watch.restart();
    engine_.publish();
    report_.figure("first publish", watch.seconds(), "s");
    epoch_ = engine_.epoch();
  }

  /// All pairs of the first 2,000 profiles by pages and by blocks; those of the first 100 also by the reference.
  void check() {
    const std::size_t first = std::min<std::size_t>(2000, profiles_.count), by_reference = std::min<std::size_t>(100, first);
    std::uint64_t definite = 0, unknown = 0, block_definite = 0, block_unknown = 0, page_part = 0, reference = 0;
    PageMatch page(epoch_, asof);
    for (std::size_t p = 0; p < first; ++p) {
      page.decide(static_cast<ProfileId>(p));
      page.for_each([&](RuleId id, matching::Verdict verdict) {
        const std::uint64_t hash = pair_hash(id, static_cast<std::uint32_t>(p));
        const bool eligible = verdict == matching::Verdict::eligible;
        (eligible ? definite : unknown) += hash;
        if (p < by_reference) page_part += eligible ? hash : 3 * hash;
      });
    }
    CrossMatch match(epoch_, asof);
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
      for (std::uint32_t r = 0; r < rules_.rules.size(); ++r) {
        const int value = evaluate(rules_, rules_.rules[r], profiles_, p);
        const std::uint64_t hash = pair_hash(r, static_cast<std::uint32_t>(p));
        reference += value == 1 ? hash : value < 0 ? 3 * hash : 0;
      }
    report_.text("checksum of definite pairs", hexadecimal(definite));
    report_.text("checksum of unknown pairs", hexadecimal(unknown));
    report_.check("blocks and pages agree", definite == block_definite && unknown == block_unknown);
    report_.check("the reference agrees", page_part == reference);
    if (const std::uint64_t published = published_checksum(options_)) report_.check("the published checksum", published == definite);
  }

  void pages() {
    const std::size_t count = std::min<std::size_t>(options_.rules >= 100'000 ? 1000 : 2000, profiles_.count);
    PageMatch page(epoch_, asof);
    std::uint64_t found = 0;
    Prototype::Sums sums;
    const auto [ours, theirs] = compare(
        [&] {
          for (std::size_t p = 0; p < count; ++p) {
            page.decide(static_cast<ProfileId>(p));
            found += page.counts().eligible;
          }
        },
        [&] {
          for (std::size_t p = 0; p < count; ++p) prototype_->page(p, sums);
        });
    const double limit = options_.rules <= 1'000 ? 5 : options_.rules <= 10'000 ? 40 : 400;
    report_.goal("one profile x all rules", ours * 1e6 / static_cast<double>(count), "us", limit, true);
    if (prototype_) report_.goal("  against the prototype", ours / theirs, "x its time", 1.2, true);
  }

  void cross() {
    const std::size_t blocks = std::min<std::size_t>(profiles_.count / block_size, options_.rules >= 100'000 ? 8 : 16);
    CrossMatch match(epoch_, asof);
    Counting counting(epoch_);
    std::vector<std::uint32_t> ids(std::size_t{1} << 20);
    Prototype::Sums sums;
    const double pairs = static_cast<double>(options_.rules) * static_cast<double>(blocks) * block_size;
    const auto all_blocks = [&](auto&& one) {
      for (std::size_t block = 0; block < blocks; ++block) one(block);
    };
    const auto [ours, theirs] = compare([&] { all_blocks([&](std::size_t b) { match.decide(b, counting); }); },
                                        [&] { all_blocks([&](std::size_t b) { prototype_->cross(b, sums); }); });
    const double near = best([&] { all_blocks([&](std::size_t b) { match.decide(b, counting, true); }); });
    const auto emit = [&](const DecidedRules& decided) {
      std::size_t size = 0;
      for (std::size_t i = 0; i < decided.ids.size(); ++i) {
        if (size + block_size > ids.size()) size = 0;
        size += kernels().emit(decided.rails[i].definite, static_cast<std::uint32_t>(decided.first_profile), ids.data() + size);
      }
    };
    const auto [with_ids, their_ids] = compare([&] { all_blocks([&](std::size_t b) { match.decide(b, emit); }); },
                                               [&] { all_blocks([&](std::size_t b) { prototype_->cross_ids(b, sums); }); });
    // The goals speak of 10,000 rules and more: below, most of the time goes into the predicates, of which there are more than rules.
    const double rate = pairs / ours / 1e9, with_ids_rate = pairs / with_ids / 1e9;
    const bool stated = options_.rules >= 10'000;
    report_.goal_if(stated, "rules x profiles", rate, "G pairs/s", options_.rules >= 100'000 ? 9 : 7, false);
    if (prototype_) report_.goal_if(stated, "  against the prototype", theirs / ours, "x its speed", 0.85, false);
    report_.goal_if(stated, "  with lists of ids", with_ids_rate, "G pairs/s", 4.5, false);
    if (prototype_) report_.goal_if(stated, "  against the prototype", their_ids / with_ids, "x its speed", 0.85, false);
    report_.goal("  with near misses", near / ours, "x the time without", 1.4, true);
    for (const KernelSets sets = all_kernels(); const Kernels* const with : std::span(sets.sets, sets.count)) {
      CrossMatch one(epoch_, asof, *with);
      Counting own(epoch_, *with);
      const double took = best([&] { all_blocks([&](std::size_t b) { one.decide(b, own); }); });
      report_.figure(std::string("  kernels: ") + with->name, pairs / took / 1e9, "G pairs/s");
    }
    two_threads(blocks);
  }

  void two_threads(std::size_t blocks) {
    struct Ours {
      explicit Ours(const std::shared_ptr<const Epoch>& epoch) : match(epoch, asof), counting(epoch) {}
      void operator()(std::size_t block) { match.decide(block, counting); }
      CrossMatch match;
      Counting counting;
    };
    Ours first(epoch_), second(epoch_);
    const auto [by_cpu, by_wall] = scaling(blocks, first, second);
    report_.goal_if(options_.rules >= 10'000, "  two threads, by the longer one's CPU time", by_cpu, "x one", 1.8, false);
    report_.figure("  two threads, by wall time", by_wall, "x one");
    if (!prototype_) return;
    const std::unique_ptr<Prototype> copy = prototype_->copy();
    Prototype::Sums sums, other_sums;
    const auto theirs = [&](std::size_t block) { prototype_->cross(block, sums); };
    const auto others = [&](std::size_t block) { copy->cross(block, other_sums); };
    report_.figure("  two threads of the prototype, by CPU time", scaling(blocks, theirs, others).first, "x one");
  }

  /// How many times as fast two threads are as one that decides all blocks; each has what it works with, and its memory is warm.
  /// Wall time also shows what else the machine does; processor time shows what the threads do to each other.
  template <class First, class Second>
  static std::pair<double, double> scaling(std::size_t blocks, First&& first, Second&& second) {
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

  void audiences() {
    const std::size_t count = std::min<std::size_t>(200, options_.rules);
    const double millions = static_cast<double>(count) * static_cast<double>(profiles_.count) / 1e6;
    std::vector<std::shared_ptr<const AudiencePlan>> plans;
    for (std::size_t i = 0; i < count; ++i) plans.push_back(plan(epoch_, rule(i * (options_.rules / count)), asof));
    std::uint64_t eligible = 0, expected = 0;
    const auto [ours, theirs] = compare(
        [&] {
          eligible = 0;
          for (const auto& each : plans) eligible += AudienceMatch(each).count().eligible;
        },
        [&] {
          expected = 0;
          for (std::size_t i = 0; i < count; ++i) expected += prototype_->scan(i * (options_.rules / count));
        },
        1);
    MaskCache cache(std::size_t{8} << 30U);
    for (const auto& each : plans) AudienceMatch(each, &cache).count();
    std::uint64_t cached = 0;
    std::vector<AudienceMatch> ready;
    for (const auto& each : plans) ready.emplace_back(each, &cache);
    const double fast = best([&] {
      cached = 0;
      for (AudienceMatch& each : ready) cached += each.count().eligible;
    });
    report_.goal("one rule x 1M profiles, from columns", ours * 1e3 / millions, "ms", 12, true);
    if (prototype_) report_.figure("  against the prototype", ours / theirs, "x its time");
    report_.goal("one rule x 1M profiles, from cached masks", fast * 1e3 / millions, "ms", 0.1, true);
    std::uint64_t only = 0;
    const double definite = best([&] {
      only = 0;
      for (AudienceMatch& each : ready) only += each.count_eligible();
    });
    report_.figure("  only who is eligible", definite * 1e3 / millions, "ms");
    report_.check("  the same", only == cached);
    report_.figure("  masks kept", static_cast<double>(cache.bytes()) / 1e6, "MB");
    report_.check("cached and uncached agree", cached == eligible);
    if (prototype_ && profiles_.count % block_size == 0) report_.check("the prototype's counts agree", expected == eligible);
  }

  /// The same audiences by DuckDB: its counts must be ours.
  void duckdb() {
    std::vector<std::size_t> numbers;
    for (std::size_t i = 0; i < 200; ++i) numbers.push_back(i * rules_.rules.size() / 200);
    std::vector<std::shared_ptr<const AudiencePlan>> plans;
    for (const std::size_t number : numbers) plans.push_back(plan(epoch_, rule(number), asof));
    std::vector<AudienceCounts> counts;
    for (const auto& each : plans) counts.push_back(AudienceMatch(each).count());
    // The same question as theirs: who is eligible.
    std::uint64_t eligible = 0, again = 0;
    const double uncached = best([&] {
      eligible = 0;
      for (const auto& each : plans) eligible += AudienceMatch(each).count_eligible();
    });
    MaskCache cache(std::size_t{8} << 30U);
    std::vector<AudienceMatch> ready;
    for (const auto& each : plans) ready.emplace_back(each, &cache);
    for (AudienceMatch& each : ready) each.count();
    const double cached = best([&] {
      again = 0;
      for (AudienceMatch& each : ready) again += each.count_eligible();
    });
    const DuckdbAnswers theirs = ask_duckdb(options_.duckdb, attributes_, rules_, numbers, profiles_);
    std::uint64_t sum = 0;
    for (const AudienceCounts& each : counts) sum += each.eligible;
    bool same = sum == eligible && sum == again;
    for (std::size_t i = 0; i < numbers.size(); ++i)
      same = same && theirs.counts[i].eligible == counts[i].eligible && theirs.counts[i].unknown == counts[i].unknown;
    const double millions = static_cast<double>(numbers.size()) * static_cast<double>(profiles_.count) / 1e6;
    report_.text("DuckDB", theirs.version);
    report_.figure("  ours, from columns, who is eligible", uncached * 1e3 / millions, "ms");
    report_.figure("  ours, from cached masks, who is eligible", cached * 1e3 / millions, "ms");
    report_.figure("  one rule x 1M profiles, who is eligible", theirs.seconds * 1e3 / millions, "ms");
    report_.check("  its counts of true and of null are ours", same);
    report_.goal("  ours, from columns", theirs.seconds / uncached, "x its speed", 5, false);
    report_.goal("  ours, from cached masks", theirs.seconds / cached, "x its speed", 500, false);
  }

  void edits() {
    const std::size_t count = 20;
    const double millions = static_cast<double>(count) * static_cast<double>(profiles_.count) / 1e6;
    double sum = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const std::string text = to_cel(rules_.rules[i], rules_, attributes_);
      const auto before = plan(epoch_, compile(text), asof), after = plan(epoch_, compile(text + " && p.employees >= 25"), asof);
      Stopwatch watch;
      sum += watch.of([&] { impact(before, after, 10); });
    }
    report_.goal("impact of a rule edit, 1M profiles", sum * 1e3 / millions, "ms", 50, true);
  }

  void explanations() {
    const std::size_t rules = std::min<std::size_t>(500, options_.rules), count = 512;
    std::vector<std::shared_ptr<const AudiencePlan>> plans;
    for (std::size_t i = 0; i < rules; ++i) plans.push_back(plan(epoch_, rule(i), asof));
    std::size_t failing = 0;
    const double took = best([&] {
      for (const auto& each : plans) {
        Finder finder(each);
        for (ProfileId p = 0; p < count; ++p) failing += finder.find(p).failing.size();
      }
    });
    report_.goal("explain", took * 1e6 / static_cast<double>(rules * count), "us per rule and profile", 1, true);
  }

  void updates() {
    // So many that the delta is settled several times, also together with segments.
    constexpr std::size_t rounds = 1500;
    double rule_time = 0, worst = 0, profile_time = 0;
    for (std::size_t i = 0; i < rounds; ++i) {
      const matching::Rule changed = rule(i % rules_.rules.size());
      Stopwatch watch;
      const double took = watch.of([&] {
        engine_.set_rule(static_cast<RuleId>(i % rules_.rules.size()), changed);
        engine_.publish();
      });
      rule_time += took;
      worst = std::max(worst, took);
      profile_time += watch.of([&] {
        set_profile(i * 97 % profiles_.count, i % profiles_.count);
        engine_.publish();
      });
    }
    const bool stated = options_.rules >= 100'000;
    report_.goal_if(stated, "rule change to visible", rule_time * 1e3 / rounds, "ms", 10, true);
    report_.figure("  the slowest of 1500", worst * 1e3, "ms");
    report_.figure("  segments then", static_cast<double>(engine_.epoch()->segments.size()), "");
    PageMatch page(engine_.epoch(), asof);
    constexpr std::size_t count = 500;
    const double pages = best([&] {
      for (ProfileId p = 0; p < count; ++p) page.decide(p);
    });
    report_.figure("  one profile x all rules then", pages * 1e6 / count, "us");
    report_.goal_if(stated, "profile change to visible", profile_time * 1e3 / rounds, "ms", 1, true);
  }

  void memory() {
    std::size_t blocks = 0, rows = 0, code = epoch_->predicates->bytes();
    for (const auto& block : epoch_->blocks) blocks += block->bytes();
    for (const Segment& segment : epoch_->segments) {
      code += segment.code->bytes();
      if (segment.rows) rows += segment.rows->bytes();
    }
    const auto profiles = static_cast<double>(profiles_.count), rules = static_cast<double>(options_.rules);
    report_.goal("memory of a profile, 40 attributes", static_cast<double>(blocks) / profiles, "B", 200.0 * 40 / 60, true);
    report_.goal("memory of a rule with rows", static_cast<double>(rows + code) / rules, "B", 1500, true);
    report_.figure("  without rows", static_cast<double>(code) / rules, "B");
  }

  Options options_;
  Report report_;
  std::vector<Attribute> attributes_;
  Rules rules_;
  Profiles profiles_;
  std::shared_ptr<const matching::Language> language_;
  Engine engine_;
  Slots slots_;
  std::shared_ptr<const Epoch> epoch_;
  std::unique_ptr<Prototype> prototype_;

  /// Best times of ours and, if there is one, the prototype's, taken in turns so that both see the same machine.
  template <class Ours, class Theirs>
  std::pair<double, double> compare(Ours&& ours, Theirs&& theirs, int rounds = 3) {
    double a = 1e9, b = 1e9;
    for (int i = 0; i < rounds; ++i) {
      Stopwatch watch;
      a = std::min(a, watch.of(ours));
      if (prototype_) b = std::min(b, watch.of(theirs));
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
};

}  // namespace
}  // namespace zhida::bench

int main(int count, char** arguments) {
  zhida::bench::Options options;
  for (int i = 1; i < count; ++i) {
    const auto is = [&](const char* name) { return std::strcmp(arguments[i], name) == 0; };
    const auto number = [&] { return i + 1 < count ? std::strtoull(arguments[++i], nullptr, 10) : 0; };
    if (is("--rules")) {
      options.rules = number();
    } else if (is("--profiles")) {
      options.profiles = number();
    } else if (is("--seed")) {
      options.seed = number();
    } else if (is("--duckdb") && i + 1 < count) {
      options.duckdb = arguments[++i];
    } else if (is("--json")) {
      options.json = true;
    } else {
      std::fprintf(stderr, "usage: matching_bench [--rules N] [--profiles M] [--seed S] [--duckdb COMMAND] [--json]\n");
      return 2;
    }
  }
  try {
    return zhida::bench::Bench(options).run();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "matching_bench: %s\n", error.what());
    return 1;
  }
}
