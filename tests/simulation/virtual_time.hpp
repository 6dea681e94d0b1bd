#pragma once

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdint>

/// Time that passes only when a simulation lets it.
///
/// The executable of this suite defines clock_gettime, epoll_wait and timerfd_create itself, so std::chrono's clocks and Asio's timers
/// follow the virtual time while a simulation runs; outside of one they are the system's.
namespace zhida::simulation::virtual_time {

using Nanoseconds = std::int64_t;

/// Virtual time is on from construction to destruction, from `start` (since 1970) on. One at a time.
class Scope {
 public:
  explicit Scope(std::chrono::system_clock::time_point start);
  ~Scope();
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;
};

/// Since the scope began. Grows by a microsecond with every look at a clock, so that work takes time.
Nanoseconds elapsed();

/// Moves on to `at`; never back.
void advance_to(Nanoseconds at);

/// How long `context`, which has nothing to run, would sleep until its next timer; at most five minutes. Negative if it ran something.
Nanoseconds sleep_of(boost::asio::io_context& context);

}  // namespace zhida::simulation::virtual_time
