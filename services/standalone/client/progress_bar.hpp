#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace zhida::standalone {

/// One line on standard error that fills up; on anything but a terminal only its end is printed.
class ProgressBar {
 public:
  ProgressBar(std::string label, std::uint64_t total);
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void advance(std::uint64_t by = 1);
  void finish();

 private:
  void draw();

  std::string label_;
  std::uint64_t total_;
  std::uint64_t done_ = 0;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point drawn_{};
  bool terminal_;
  bool finished_ = false;
};

}  // namespace zhida::standalone
