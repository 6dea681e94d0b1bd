#pragma once

#include <cstdint>
#include <cstdio>
#include <ctime>
#include <string>
#include <vector>

namespace zhida::bench {

/// CPU time of this thread.
class Stopwatch {
 public:
  Stopwatch() { restart(); }
  void restart() { start_ = now(); }
  double seconds() const { return now() - start_; }
  template <class Work>
  double of(Work&& work) {
    restart();
    work();
    return seconds();
  }

 private:
  static double now() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
  }
  double start_;
};

/// Time as it passes.
class WallClock {
 public:
  WallClock() { clock_gettime(CLOCK_MONOTONIC, &start_); }
  double seconds() const {
    timespec time{};
    clock_gettime(CLOCK_MONOTONIC, &time);
    return static_cast<double>(time.tv_sec - start_.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec - start_.tv_nsec);
  }

 private:
  timespec start_{};
};

inline std::string hexadecimal(std::uint64_t number) {
  char text[32];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(number));
  return text;
}

/// Prints what was measured as a table or as JSON. Checksums that differ fail the run; times never do.
class Report {
 public:
  explicit Report(bool json) : json_(json) {}

  void text(const std::string& name, const std::string& value) { add(name, "\"" + value + "\"", value, ""); }
  void figure(const std::string& name, double value, const char* unit) { add(name, plain(value), plain(value) + " " + unit, ""); }
  /// `at_most`: the value should not exceed the goal; else it should reach it.
  void goal(const std::string& name, double value, const char* unit, double goal, bool at_most) {
    const bool met = at_most ? value <= goal : value >= goal;
    ++(met ? met_ : missed_);
    add(name, plain(value), plain(value) + " " + unit, std::string(at_most ? "<= " : ">= ") + plain(goal) + (met ? "" : "   missed"));
  }
  /// A figure that has a goal at some sizes only.
  void goal_if(bool stated, const std::string& name, double value, const char* unit, double goal_value, bool at_most) {
    stated ? goal(name, value, unit, goal_value, at_most) : figure(name, value, unit);
  }
  void check(const std::string& name, bool holds) {
    failed_ = failed_ || !holds;
    add(name, holds ? "true" : "false", holds ? "yes" : "NO", "");
  }
  int finish() {
    if (json_) {
      std::printf("{%s,\"goals met\":%d,\"goals missed\":%d}\n", members_.c_str(), met_, missed_);
    } else {
      std::printf("%d goals met, %d missed\n", met_, missed_);
    }
    return failed_ ? 1 : 0;
  }

 private:
  static std::string plain(double value) {
    char text[64];
    std::snprintf(text, sizeof text, value < 10 ? "%.3f" : "%.1f", value);
    return text;
  }
  void add(const std::string& name, const std::string& as_json, const std::string& shown, const std::string& goal) {
    const std::string part = name.starts_with("  ") ? group_ + ":" + name.substr(1) : name;
    if (!name.starts_with("  ")) group_ = name;
    members_ += (members_.empty() ? "\"" : ",\"") + part + "\":" + as_json;
    if (json_) return;
    std::printf("%-44s %-28s %s\n", name.c_str(), shown.c_str(), goal.c_str());
    std::fflush(stdout);
  }

  bool json_;
  bool failed_ = false;
  int met_ = 0, missed_ = 0;
  std::string group_, members_;
};

}  // namespace zhida::bench
