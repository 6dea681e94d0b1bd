// Faults while campaigns run, then an independent judge. See README.md beside this file.

#include "chaos/calm.hpp"
#include "chaos/checker.hpp"
#include "chaos/controls.hpp"
#include "chaos/faults.hpp"
#include "chaos/injector.hpp"
#include "chaos/system.hpp"
#include "chaos/traffic.hpp"
#include "kafka/broker_process.hpp"
#include "support/temporary_directory.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <random>
#include <string>
#include <thread>

namespace zhida::chaos {
namespace {

using namespace std::chrono_literals;

struct Settings {
  double minutes = 2;
  std::uint64_t seed = 0;
  std::size_t brokers = 3;
  std::size_t enterprises = 1'500;
  bool controls = true;
  int takeovers = -1;  ///< how many are measured; −1: by the minutes
  std::string keep;    ///< a directory to keep everything in
};

void say(const std::string& line) {
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
}

void say_counts(const Faults& faults, const Injector& injector, const Calm& calm) {
  for (const auto& [what, times] : faults.counts()) say(fmt::format("  {:>5} {}", times, what));
  say(fmt::format("  {:>5} more kills of a service, measured", calm.kills()));
  say(fmt::format("  {:>5} records doubled, out of order", injector.doubled()));
  say(fmt::format("  {:>5} poison records", injector.poisoned().size()));
}

/// How many wanted to run, on average of the last minute.
double load_now() {
  double load = 0;
  return ::getloadavg(&load, 1) == 1 ? load : 0;
}

bool run(const Settings& settings, const std::filesystem::path& directory) {
  const auto began = Clock::now();
  const auto at = [&] { return std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - began).count(); };
  System system(directory, settings.brokers);
  Witness witness;
  Traffic traffic(system, witness, settings.seed, settings.enterprises);
  Injector injector(system.brokers().direct(), settings.seed);
  say(fmt::format("{} s: everything runs; faults for {} minutes", at(), settings.minutes));

  Faults faults(system, settings.seed, settings.minutes);
  traffic.start();
  injector.start(settings.minutes);
  faults.run();
  injector.stop();
  say(fmt::format("{} s: the faults are over", at()));
  Calm calm(system, traffic, settings.seed);
  const int by_minutes = std::max(3, static_cast<int>(settings.minutes * 22 / 30));
  calm.kill_in_turn(settings.takeovers < 0 ? by_minutes : settings.takeovers, 10s);
  calm.stop_and_go(5s);
  const double load_then = load_now();
  traffic.stop();
  say(fmt::format("{} s: so is what is measured without them", at()));
  say_counts(faults, injector, calm);

  const Witness::Told told = witness.told();
  say(fmt::format(
      "  {} requests were answered, {} were not or by a 5xx; {} campaigns, {} engagements, {} outcomes, {} patches acknowledged, {} "
      "writes read back at once",
      told.answers, told.refused, told.campaigns.size(), told.engagements.size(), told.outcomes.size(), told.employees.size(),
      told.read_back));
  Checker checker(system, told, injector);
  checker.settle(120s);
  say(fmt::format("{} s: at rest", at()));
  std::vector<std::string> findings = checker.judge();
  say(fmt::format("{} s: judged: {}", at(), checker.summary()));
  for (const std::string& line : calm.measured()) say("  " + line);
  findings.insert(findings.end(), calm.findings().begin(), calm.findings().end());
  if (const double load = std::max(load_then, load_now()); load > 3.0 * std::thread::hardware_concurrency()) {
    say(fmt::format("  the machine is busy with other things (load {:.1f}): how long it took is not judged", load));
    std::erase_if(findings, [](const std::string& finding) { return finding.starts_with("in time: "); });
  }
  if (findings.empty() && settings.controls) {
    findings = play_controls(system, traffic, witness, injector, settings.seed);
    if (findings.empty()) say(fmt::format("{} s: both controls were found out", at()));
  }
  for (const std::string& finding : findings) say("FOUND " + finding);
  return findings.empty();
}

}  // namespace
}  // namespace zhida::chaos

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  zhida::chaos::Settings settings;
  CLI::App app("Faults while campaigns run, and an independent judge");
  app.add_option("--minutes", settings.minutes, "How long faults happen; 0: none at all")
      ->check(CLI::Range(0.0, 1'440.0))
      ->capture_default_str();
  app.add_option("--seed", settings.seed, "Of the plan; default: another one each time");
  app.add_option("--brokers", settings.brokers, "How many brokers")->check(CLI::Range(1, 3))->capture_default_str();
  app.add_option("--enterprises", settings.enterprises, "How many enterprises")->check(CLI::Range(100, 100'000))->capture_default_str();
  app.add_flag("--controls,!--no-controls", settings.controls, "Afterwards see that the judge finds what must not be");
  app.add_option("--takeovers", settings.takeovers,
                 "How many services are killed afterwards to see how long it takes; default: by the minutes");
  app.add_option("--keep", settings.keep, "Directory to keep logs and data in; default: a temporary one");
  CLI11_PARSE(app, argc, argv);
  if (settings.seed == 0) settings.seed = std::random_device()() % 1'000'000 + 1;
  if (const std::string& reason = zhida::test::absence_of_brokers(); !reason.empty()) {
    std::printf("SKIPPED chaos: %s\n", reason.c_str());
    return 77;
  }
  std::printf("chaos --minutes %g --seed %llu\n", settings.minutes, static_cast<unsigned long long>(settings.seed));
  std::fflush(stdout);
  try {
    const zhida::test::TemporaryDirectory temporary;
    if (zhida::chaos::run(settings, settings.keep.empty() ? temporary.path() : std::filesystem::path(settings.keep))) return 0;
  } catch (const std::exception& error) {
    std::printf("FOUND %s\n", error.what());
  }
  std::printf("chaos failed: repeat with --minutes %g --seed %llu\n", settings.minutes, static_cast<unsigned long long>(settings.seed));
  return 1;
}
