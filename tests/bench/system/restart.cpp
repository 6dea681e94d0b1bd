#include "bench/system/benches.hpp"
#include "bench/system/engagements.hpp"
#include "bench/system/loaded_system.hpp"
#include "bench/system/measure.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <stdexcept>

namespace zhida::bench {
namespace {

constexpr std::uint64_t events = 1'000'000;

double start(LoadedSystem& system) {
  const Clock::time_point began = Clock::now();
  system.zhida().launch();
  system.zhida().await_ready(std::chrono::minutes(5));
  return seconds_since(began);
}

}  // namespace

void restart(std::uint64_t enterprises) {
  LoadedSystem system;
  system.load(LoadedSystem::lines(enterprises), enterprises);
  const std::string campaign = system.everybody();
  system.launch_and_wait(campaign, enterprises);
  report_engagements(system, campaign, enterprises, 0, events);

  system.zhida().kill();
  print(fmt::format("ready again after kill -9: {} events, {} enterprises, one campaign", events, enterprises),
        fmt::format("{:.2f} s", start(system)), "<= 10 s");
  if (system.zhida().stop() != 0) throw std::runtime_error("the program did not stop cleanly");
  print("ready again after a clean stop", fmt::format("{:.2f} s", start(system)));
  if (system.zhida().stop() != 0) throw std::runtime_error("the program did not stop cleanly");
  std::filesystem::remove_all(system.zhida().directory() / "redis");
  print("ready again with all of Redis deleted", fmt::format("{:.2f} s", start(system)));
  const ProcessUse use = use_of(system.zhida().pid());
  print("memory of zhida then", fmt::format("{:.0f} MB", use.resident_mb));
}

}  // namespace zhida::bench
