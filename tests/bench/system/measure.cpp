#include "bench/system/measure.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <sstream>

namespace zhida::bench {

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

double Durations::ms(double share) {
  if (seconds_.empty()) return 0;
  std::ranges::sort(seconds_);
  return 1e3 * seconds_[static_cast<std::size_t>(share * static_cast<double>(seconds_.size() - 1))];
}

ProcessUse use_of(pid_t pid) {
  ProcessUse use;
  const std::string folder = "/proc/" + std::to_string(pid);
  std::ifstream status(folder + "/status");
  for (std::string line; std::getline(status, line);) {
    std::istringstream words(line);
    std::string name;
    double kilobytes = 0;
    words >> name >> kilobytes;
    if (name == "VmRSS:") use.resident_mb = kilobytes / 1e3;
    if (name == "VmHWM:") use.peak_mb = kilobytes / 1e3;
  }
  std::ifstream stat(folder + "/stat");
  std::string text;
  std::getline(stat, text);
  std::istringstream words(text.substr(std::min(text.size(), text.rfind(')') + 2)));  // the name may hold blanks
  std::string skipped;
  for (int field = 3; field < 14; ++field) words >> skipped;
  double user = 0, system = 0;
  words >> user >> system;
  use.cpu_seconds = (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
  return use;
}

void print(const std::string& what, const std::string& figure, const std::string& goal) {
  std::printf("%-58s %s%s%s\n", what.c_str(), figure.c_str(), goal.empty() ? "" : "   goal ", goal.c_str());
  std::fflush(stdout);
}

}  // namespace zhida::bench
