#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace zhida::bench {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start);

/// Durations of one kind.
class Durations {
 public:
  void add(double seconds) { seconds_.push_back(seconds); }
  std::size_t count() const { return seconds_.size(); }
  /// In milliseconds; `share` 0.5 = the median, 1 = the longest. 0 if there is none.
  double ms(double share);

 private:
  std::vector<double> seconds_;
};

/// What a process uses, from /proc.
struct ProcessUse {
  double resident_mb = 0, peak_mb = 0;
  double cpu_seconds = 0;  ///< user and system
};
ProcessUse use_of(pid_t pid);

/// A line of a table: what was measured, the figure, and the goal if there is one.
void print(const std::string& what, const std::string& figure, const std::string& goal = "");

}  // namespace zhida::bench
