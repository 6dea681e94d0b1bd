#include "bench/system/benches.hpp"
#include "bench/system/loaded_system.hpp"
#include "bench/system/measure.hpp"
#include "bench/system/requests.hpp"

#include <fmt/format.h>

namespace zhida::bench {

void checkup(std::uint64_t enterprises) {
  LoadedSystem system;
  const int status =
      test::run_zhida({"sample", "load", "--data", system.zhida().directory().string(), "--enterprises", std::to_string(enterprises)});
  if (status != 0) throw std::runtime_error("the sample cannot be loaded");
  const std::string key = system.key("page");
  const auto ask = [&](std::uint64_t i) {
    http::ClientRequest request(http::Verb::get, "/page/v1/enterprises/" + LoadedSystem::uscc(i % enterprises) + "/checkup");
    request.set("Authorization", "Bearer " + key);
    return request;
  };
  constexpr std::size_t requests = 5'000;
  drive(system.zhida().port(), 200, 4, ask);
  const double before = use_of(system.zhida().pid()).cpu_seconds;
  Round round = drive(system.zhida().port(), requests, 4, ask);
  const double cpu = use_of(system.zhida().pid()).cpu_seconds - before;
  print("check-up of the sample's items, the whole request",
        fmt::format("{:.0f} us of CPU, p50 {:.2f} ms, p99 {:.2f} ms", 1e6 * cpu / requests, round.durations.ms(0.5),
                    round.durations.ms(0.99)),
        "<= 1 ms of CPU");
}

}  // namespace zhida::bench
