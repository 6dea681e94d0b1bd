#include "bench/system/benches.hpp"
#include "bench/system/engagements.hpp"
#include "bench/system/loaded_system.hpp"
#include "bench/system/measure.hpp"
#include "bench/system/requests.hpp"

#include <fmt/format.h>

namespace zhida::bench {

void funnel(std::uint64_t enterprises) {
  LoadedSystem system;
  system.load(LoadedSystem::lines(enterprises), enterprises);
  const std::string campaign = system.everybody();
  system.launch_and_wait(campaign, enterprises);
  const std::string key = system.key("analyst");
  const auto pull = [&](std::uint64_t) {
    http::ClientRequest request(http::Verb::get, "/effect/v1/campaigns/" + campaign + "/funnel");
    request.set("Authorization", "Bearer " + key);
    return request;
  };
  std::uint64_t reported = 0;
  double first = 0;
  for (const std::uint64_t events : {10'000, 100'000, 1'000'000}) {
    const Clock::time_point start = Clock::now();
    report_engagements(system, campaign, enterprises, reported, events);
    const double rate = static_cast<double>(events - reported) / seconds_since(start);
    reported = events;
    const double before = use_of(system.zhida().pid()).cpu_seconds;
    constexpr std::size_t pulls = 500;
    Round round = drive(system.zhida().port(), pulls, 1, pull);
    const double cpu = 1e6 * (use_of(system.zhida().pid()).cpu_seconds - before) / pulls;
    if (first == 0) first = round.durations.ms(0.5);
    print(fmt::format("funnel of {} enterprises with {} events", enterprises, events),
          fmt::format("p50 {:.2f} ms, p99 {:.2f} ms, {:.0f} us of CPU: {:.2f} x the first", round.durations.ms(0.5),
                      round.durations.ms(0.99), cpu, round.durations.ms(0.5) / first));
    print("  taking these events in, until they are counted", fmt::format("{:.0f} events/s", rate));
  }
}

}  // namespace zhida::bench
