#include "standalone/client/progress_bar.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>

namespace zhida::standalone {
namespace {

constexpr std::uint64_t width = 30;

}  // namespace

ProgressBar::ProgressBar(std::string label, std::uint64_t total)
    : label_(std::move(label)), total_(std::max<std::uint64_t>(total, 1)), terminal_(::isatty(STDERR_FILENO) == 1) {
  draw();
}

ProgressBar::~ProgressBar() {
  if (terminal_ && !finished_) std::fputc('\n', stderr);
}

void ProgressBar::advance(std::uint64_t by) {
  done_ = std::min(done_ + by, total_);
  if (std::chrono::steady_clock::now() - drawn_ > std::chrono::milliseconds(100)) draw();
}

void ProgressBar::finish() {
  done_ = total_;
  draw();
  finished_ = true;
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start_;
  if (terminal_)
    fmt::print(stderr, "  {:.1f} s\n", took.count());
  else
    fmt::print(stderr, "{}: {} in {:.1f} s\n", label_, total_, took.count());
}

void ProgressBar::draw() {
  if (!terminal_) return;
  drawn_ = std::chrono::steady_clock::now();
  const std::uint64_t filled = done_ * width / total_;
  fmt::print(stderr, "\r{:<14} [{:#<{}}{:.<{}}] {}/{}", label_, "", filled, "", width - filled, done_, total_);
}

}  // namespace zhida::standalone
