#pragma once

#include "simulation/random.hpp"
#include "simulation/virtual_time.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <queue>
#include <string_view>
#include <vector>

namespace zhida::simulation {

using virtual_time::Nanoseconds;

constexpr Nanoseconds microsecond = 1'000;
constexpr Nanoseconds millisecond = 1'000'000;
constexpr Nanoseconds second = 1'000'000'000;

/// What can go wrong; each in how many of 10,000 calls.
struct Faults {
  int append_lost = 0;     ///< nothing is appended, and the caller is told `io`
  int append_unknown = 0;  ///< appended, but the caller is told `io`
  int append_late = 0;     ///< the caller is told `io`, and up to seconds later the records appear
  int append_partial = 0;  ///< only the first records are appended, and the caller is told `io`
  int append_doubled = 0;  ///< appended and acknowledged, and later appended again
  int slow_ack = 0;        ///< the acknowledgement takes up to a second
  int read_error = 0;      ///< reading fails this time
  int redis_cut = 0;       ///< the connection breaks: none, some or all of the commands ran
  int redis_slow = 0;      ///< the reply takes up to half a second
};

/// A process' machine: its executor, which can be held back.
struct Host {
  boost::asio::io_context context{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{context.get_executor()};
  bool frozen = false;
  Nanoseconds wakes = -1;  ///< when its next timer ends; −1 = not known
};

/// Time, chance, machines, and what is on its way between them: everything that happens, in one order that follows from the seed.
class World {
 public:
  explicit World(std::uint64_t seed);
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  Random random;
  Faults faults;

  /// Lives as long as the world: what was on its way to it may still arrive.
  Host& new_host();

  void after(Nanoseconds delay, std::function<void()> event);

  /// Runs until `done`, which is asked after every step; false if that was not so before `limit` (from now) was over.
  bool run(const std::function<bool()>& done, Nanoseconds limit);

  bool strikes(int of_ten_thousand) { return of_ten_thousand != 0 && static_cast<int>(random.below(10'000)) < of_ten_thousand; }

  /// Mixes what happens into the hash by which two runs are compared.
  void note(std::string_view what);
  void note(std::uint64_t what);
  std::uint64_t trace() const { return trace_; }

 private:
  struct Event {
    Nanoseconds at;
    std::uint64_t order;
    std::shared_ptr<std::function<void()>> run;
    bool operator<(const Event& other) const { return at != other.at ? at > other.at : order > other.order; }
  };

  bool poll();
  Nanoseconds next_step();

  virtual_time::Scope time_;
  std::vector<std::unique_ptr<Host>> hosts_;
  std::priority_queue<Event> events_;
  std::uint64_t order_ = 0;
  std::uint64_t trace_ = 0xcbf29ce484222325U;
};

}  // namespace zhida::simulation
