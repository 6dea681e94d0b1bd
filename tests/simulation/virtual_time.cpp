#include "simulation/virtual_time.hpp"

#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <stdexcept>

namespace zhida::simulation::virtual_time {
namespace {

constexpr Nanoseconds look = 1'000;
constexpr Nanoseconds monotonic_start = 1'000'000'000'000;  // a machine that was started some time ago

bool on = false;
Nanoseconds now = 0;
Nanoseconds system_start = 0;
boost::asio::io_context* asked = nullptr;  // whose sleep is being measured
int measured_ms = 0;

}  // namespace

Scope::Scope(std::chrono::system_clock::time_point start) {
  if (on) throw std::logic_error("virtual time is on already");
  on = true;
  now = 0;
  system_start = std::chrono::duration_cast<std::chrono::nanoseconds>(start.time_since_epoch()).count();
}

Scope::~Scope() { on = false; }

Nanoseconds elapsed() { return now; }

void advance_to(Nanoseconds at) { now = std::max(now, at); }

Nanoseconds sleep_of(boost::asio::io_context& context) {
  asked = &context;
  measured_ms = 0;
  const std::size_t ran = context.run_one();
  asked = nullptr;
  context.restart();
  return ran != 0 ? -1 : Nanoseconds{measured_ms} * 1'000'000;
}

}  // namespace zhida::simulation::virtual_time

// What the C++ library and Asio call.

extern "C" int clock_gettime(clockid_t clock, timespec* time) noexcept {
  using namespace zhida::simulation::virtual_time;
  const bool is_real = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
  if (!on || (!is_real && clock != CLOCK_MONOTONIC)) return static_cast<int>(syscall(SYS_clock_gettime, clock, time));
  now += look;
  const Nanoseconds at = now + (is_real ? system_start : monotonic_start);
  time->tv_sec = at / 1'000'000'000;
  time->tv_nsec = at % 1'000'000'000;
  return 0;
}

// A context that would sleep is told to stop instead: whoever asked lets the time pass.
extern "C" int epoll_wait(int descriptor, epoll_event* events, int most, int timeout) {
  using namespace zhida::simulation::virtual_time;
  if (!on) return static_cast<int>(syscall(SYS_epoll_pwait, descriptor, events, most, timeout, nullptr, 8));
  if (timeout != 0 && asked != nullptr) {
    measured_ms = timeout;
    asked->stop();
  }
  return 0;
}

// Without a timer descriptor Asio looks at its timers with every poll, and computes how long it may sleep.
extern "C" int timerfd_create(int clock, int flags) noexcept {
  using namespace zhida::simulation::virtual_time;
  if (!on) return static_cast<int>(syscall(SYS_timerfd_create, clock, flags));
  errno = ENOSYS;
  return -1;
}
