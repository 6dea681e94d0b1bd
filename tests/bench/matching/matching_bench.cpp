// How fast the matching engine is, against the goals and the prototype in the same run:
// `matching_bench [--rules N] [--profiles M] [--seed S] [--duckdb COMMAND] [--json]`.
// Times are CPU time of one thread.

#include "bench/matching/measures.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>

namespace zhida::bench {
namespace {

int run(const Options& options) {
  Bench bench(options);
  bench.load();
  check_answers(bench);
  bench.make_prototype();
  measure_pages(bench);
  measure_cross(bench);
  const bool many = bench.profiles.count >= 100'000;
  if (many) measure_audiences(bench);
  if (many && !options.duckdb.empty()) measure_duckdb(bench);
  if (many) measure_edits(bench);
  measure_explanations(bench);
  measure_updates(bench);
  measure_memory(bench);
  return bench.report.finish();
}

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
    return zhida::bench::run(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "matching_bench: %s\n", error.what());
    return 1;
  }
}
