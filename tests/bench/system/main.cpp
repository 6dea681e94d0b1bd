// Benchmarks of the whole program: system_bench NAME [ENTERPRISES]

#include "bench/system/benches.hpp"

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <map>
#include <string>

namespace {

struct Bench {
  void (*run)(std::uint64_t enterprises);
  std::uint64_t enterprises;
};

const std::map<std::string, Bench> benches = {
    {"ingest", {zhida::bench::ingest, 200'000}},   {"launch", {zhida::bench::launch, 200'000}},
    {"inbox", {zhida::bench::inbox, 20'000}},      {"fanout", {zhida::bench::fanout, 250'000}},
    {"million", {zhida::bench::million, 250'000}}, {"funnel", {zhida::bench::funnel, 20'000}},
    {"restart", {zhida::bench::restart, 200'000}}, {"checkup", {zhida::bench::checkup, 1'000}},
};

}  // namespace

int main(int argc, char** argv) {
  const std::string name = argc > 1 ? argv[1] : "";
  if (name == "bare-server" && argc == 4) {
    zhida::bench::serve_bare(argv[2], argv[3]);
    return 0;
  }
  const auto bench = benches.find(name);
  if (bench == benches.end()) {
    std::fprintf(stderr, "usage: system_bench ingest|launch|fanout|million|inbox|funnel|restart|checkup [ENTERPRISES]\n");
    return 2;
  }
  try {
    bench->second.run(argc > 2 ? std::strtoull(argv[2], nullptr, 10) : bench->second.enterprises);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "zhida: %s\n", failure.what());
    return 1;
  }
}
