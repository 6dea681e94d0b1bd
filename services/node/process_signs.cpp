#include "node/process_signs.hpp"

#include "platform/runtime/graceful_stop.hpp"

#include <sys/resource.h>
#include <unistd.h>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

namespace zhida::node {
namespace {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds interval{100};

double resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  double pages = 0, resident = 0;
  statm >> pages >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

double cpu_seconds() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6; };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

double open_files() {
  std::error_code ignored;
  const std::filesystem::directory_iterator files("/proc/self/fd", ignored);
  return static_cast<double>(std::distance(begin(files), end(files)));
}

double most_open_files() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<double>(limit.rlim_cur);
}

}  // namespace

void show_process(observe::Metrics& metrics) {
  metrics.gauge_from("zhida_process_resident_bytes", "Memory of the process that is in RAM.", {}, resident_bytes);
  metrics.counters_from("zhida_process_cpu_seconds_total", "Processor time taken.", [] {
    return std::vector<observe::Metrics::Reading>{{observe::Labels(), cpu_seconds()}};
  });
  metrics.gauge_from("zhida_process_open_files", "Open files and sockets.", {}, open_files);
  metrics.gauge_from("zhida_process_open_files_limit", "How many files and sockets may be open.", {}, most_open_files);
  const auto started = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch());
  metrics.gauge("zhida_process_start_timestamp_seconds", "When the process started, in seconds since 1970.").set(started.count());
}

asio::awaitable<void> measure_lag(observe::Metrics& metrics) {
  observe::Histogram& lag = metrics.histogram("zhida_executor_lag_seconds", "How late a timer fires.");
  asio::steady_timer timer(co_await asio::this_coro::executor);
  for (;;) {
    const auto due = Clock::now() + interval;
    timer.expires_at(due);
    co_await runtime::wait_for_work(timer.async_wait(asio::use_awaitable));
    lag.observe(std::chrono::duration<double>(Clock::now() - due).count());
  }
}

}  // namespace zhida::node
