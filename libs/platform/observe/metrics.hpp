#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace zhida::observe {

/// A number that only grows. Thread-safe.
class Counter {
 public:
  void increment(std::uint64_t by = 1) { value_.fetch_add(by, std::memory_order_relaxed); }
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// A number that goes up and down. Thread-safe.
class Gauge {
 public:
  void set(double value) { value_.store(value, std::memory_order_relaxed); }
  void add(double by) { value_.fetch_add(by, std::memory_order_relaxed); }
  double value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> value_{0};
};

/// Counts observations per range. Thread-safe; a reader may see a sum one observation ahead of the counts.
class Histogram {
 public:
  /// `bounds`: ascending upper ends (included); one range above the last is added.
  explicit Histogram(std::vector<double> bounds);
  void observe(double value);

  const std::vector<double>& bounds() const { return bounds_; }
  std::uint64_t count(std::size_t range) const { return counts_[range].load(std::memory_order_relaxed); }
  std::uint64_t total() const;
  double sum() const { return sum_.load(std::memory_order_relaxed); }

 private:
  std::vector<double> bounds_;
  std::deque<std::atomic<std::uint64_t>> counts_;
  std::atomic<double> sum_{0};
};

using Labels = std::vector<std::pair<std::string, std::string>>;

/// Ranges for latencies in seconds: 0.5 ms … 10 s.
std::vector<double> latency_bounds();

/// All metrics of a process. Get a metric once, keep the reference: it lives as long as the registry.
///
/// Asking again with the same name and labels gives the same metric; the same name as another kind throws `std::logic_error`.
class Metrics {
 public:
  Counter& counter(std::string_view name, std::string_view help, Labels labels = {});
  Gauge& gauge(std::string_view name, std::string_view help, Labels labels = {});
  Histogram& histogram(std::string_view name, std::string_view help, Labels labels = {}, std::vector<double> bounds = latency_bounds());
  /// A gauge read when it is scraped; `read` must stay callable from the scraping thread for the registry's life.
  void gauge_from(std::string_view name, std::string_view help, Labels labels, std::function<double()> read);

  /// A value with its labels.
  using Reading = std::pair<Labels, double>;
  /// Gauges or counters that come and go, such as those of partitions that a process owns for a while: all are read when they are scraped.
  /// `read` as above. What a counter's reading goes back by counts as a restart.
  void gauges_from(std::string_view name, std::string_view help, std::function<std::vector<Reading>()> read);
  void counters_from(std::string_view name, std::string_view help, std::function<std::vector<Reading>()> read);

  /// Prometheus text format 0.0.4, sorted by name.
  std::string text() const;

 private:
  enum class Kind { counter, gauge, histogram };
  struct Sample {
    std::string labels;  // rendered: a="b",c="d"
    Counter* counter = nullptr;
    Gauge* gauge = nullptr;
    Histogram* histogram = nullptr;
    std::function<double()> read;
  };
  struct Family {
    Kind kind;
    std::string help;
    std::deque<Sample> samples;
    std::function<std::vector<Reading>()> read;
  };
  Family& family(std::string_view name, std::string_view help, Kind kind);
  Sample& sample(std::string_view name, std::string_view help, const Labels& labels, Kind kind);

  mutable std::mutex mutex_;  // guards registration and scraping; the metrics themselves are atomic
  std::map<std::string, Family, std::less<>> families_;
  std::deque<Counter> counters_;
  std::deque<Gauge> gauges_;
  std::deque<Histogram> histograms_;
};

}  // namespace zhida::observe
