#include "bench/system/benches.hpp"
#include "bench/system/loaded_system.hpp"
#include "bench/system/measure.hpp"

#include <fmt/format.h>

namespace zhida::bench {

void ingest(std::uint64_t enterprises) {
  const std::string lines = LoadedSystem::lines(enterprises);
  const auto count = static_cast<double>(enterprises);
  LoadedSystem system;
  const double redis_before = system.redis_mb();
  const auto load = [&](const char* what, const char* goal) {
    const ProcessUse before = use_of(system.zhida().pid());
    const Upload upload = system.load(lines, enterprises);
    const ProcessUse after = use_of(system.zhida().pid());
    print(what,
          fmt::format("{:.0f} lines/s, durable and folded ({:.2f} s, {:.0f} bytes a line)", count / upload.seconds, upload.seconds,
                      static_cast<double>(upload.bytes) / count),
          goal);
    print("  CPU of zhida", fmt::format("{:.1f} us a line", 1e6 * (after.cpu_seconds - before.cpu_seconds) / count));
    print("  memory of zhida",
          fmt::format("{:.0f} MB before, {:.0f} MB after, {:.0f} MB at most", before.resident_mb, after.resident_mb, after.peak_mb));
  };
  load(fmt::format("{} new enterprises", enterprises).c_str(), ">= 50000");
  load("the same again: nothing changes", "");
  print("memory of Redis", fmt::format("{:.1f} MB before, {:.1f} MB after", redis_before, system.redis_mb()));
}

}  // namespace zhida::bench
