#include "platform/observe/metrics.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <stdexcept>

namespace zhida::observe {
namespace {

void append_escaped(std::string& out, std::string_view text, bool quote) {
  for (const char c : text) {
    if (c == '\\')
      out += "\\\\";
    else if (c == '\n')
      out += "\\n";
    else if (c == '"' && quote)
      out += "\\\"";
    else
      out += c;
  }
}

std::string rendered(const Labels& labels) {
  std::string text;
  for (const auto& [name, value] : labels) {
    if (!text.empty()) text += ',';
    text.append(name).append("=\"");
    append_escaped(text, value, true);
    text += '"';
  }
  return text;
}

std::string number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  char digits[40];
  return std::string(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}

void append_line(std::string& out, std::string_view name, std::string_view suffix, std::string_view labels, std::string_view value) {
  out.append(name).append(suffix);
  if (!labels.empty()) out.append("{").append(labels).append("}");
  out.append(" ").append(value).append("\n");
}

void append_histogram(std::string& out, std::string_view name, const std::string& labels, const Histogram& histogram) {
  const std::string lead = labels.empty() ? "" : labels + ",";
  std::uint64_t below = 0;
  for (std::size_t i = 0; i <= histogram.bounds().size(); ++i) {
    below += histogram.count(i);
    const std::string bound = i < histogram.bounds().size() ? number(histogram.bounds()[i]) : "+Inf";
    append_line(out, name, "_bucket", lead + "le=\"" + bound + "\"", std::to_string(below));
  }
  append_line(out, name, "_sum", labels, number(histogram.sum()));
  append_line(out, name, "_count", labels, std::to_string(below));
}

}  // namespace

Histogram::Histogram(std::vector<double> bounds) : bounds_(std::move(bounds)), counts_(bounds_.size() + 1) {
  if (!std::ranges::is_sorted(bounds_)) throw std::logic_error("bounds of a histogram must ascend");
}

void Histogram::observe(double value) {
  const auto range = std::ranges::lower_bound(bounds_, value) - bounds_.begin();
  counts_[static_cast<std::size_t>(range)].fetch_add(1, std::memory_order_relaxed);
  sum_.fetch_add(value, std::memory_order_relaxed);
}

std::uint64_t Histogram::total() const {
  std::uint64_t all = 0;
  for (const auto& count : counts_) all += count.load(std::memory_order_relaxed);
  return all;
}

std::vector<double> latency_bounds() { return {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10}; }

Metrics::Family& Metrics::family(std::string_view name, std::string_view help, Kind kind) {
  auto found = families_.find(name);
  if (found == families_.end()) {
    found = families_.try_emplace(std::string(name)).first;
    found->second.kind = kind;
    found->second.help = help;
  }
  if (found->second.kind != kind) throw std::logic_error("a metric of another kind is called " + std::string(name));
  return found->second;
}

Metrics::Sample& Metrics::sample(std::string_view name, std::string_view help, const Labels& labels, Kind kind) {
  const std::string text = rendered(labels);
  auto& samples = family(name, help, kind).samples;
  const auto known = std::ranges::find(samples, text, &Sample::labels);
  if (known != samples.end()) return *known;
  samples.emplace_back().labels = text;
  return samples.back();
}

Counter& Metrics::counter(std::string_view name, std::string_view help, Labels labels) {
  const std::lock_guard lock(mutex_);
  Sample& place = sample(name, help, labels, Kind::counter);
  if (place.counter == nullptr) place.counter = &counters_.emplace_back();
  return *place.counter;
}

Gauge& Metrics::gauge(std::string_view name, std::string_view help, Labels labels) {
  const std::lock_guard lock(mutex_);
  Sample& place = sample(name, help, labels, Kind::gauge);
  if (place.gauge == nullptr) place.gauge = &gauges_.emplace_back();
  return *place.gauge;
}

Histogram& Metrics::histogram(std::string_view name, std::string_view help, Labels labels, std::vector<double> bounds) {
  const std::lock_guard lock(mutex_);
  Sample& place = sample(name, help, labels, Kind::histogram);
  if (place.histogram == nullptr) place.histogram = &histograms_.emplace_back(std::move(bounds));
  return *place.histogram;
}

void Metrics::gauge_from(std::string_view name, std::string_view help, Labels labels, std::function<double()> read) {
  const std::lock_guard lock(mutex_);
  sample(name, help, labels, Kind::gauge).read = std::move(read);
}

void Metrics::gauges_from(std::string_view name, std::string_view help, std::function<std::vector<Reading>()> read) {
  const std::lock_guard lock(mutex_);
  family(name, help, Kind::gauge).read = std::move(read);
}

void Metrics::counters_from(std::string_view name, std::string_view help, std::function<std::vector<Reading>()> read) {
  const std::lock_guard lock(mutex_);
  family(name, help, Kind::counter).read = std::move(read);
}

std::string Metrics::text() const {
  const std::lock_guard lock(mutex_);
  std::string out;
  for (const auto& [name, family] : families_) {
    out.append("# HELP ").append(name).append(" ");
    append_escaped(out, family.help, false);
    const std::string_view kind = family.kind == Kind::counter ? "counter" : family.kind == Kind::gauge ? "gauge" : "histogram";
    out.append("\n# TYPE ").append(name).append(" ").append(kind).append("\n");
    for (const Sample& one : family.samples) {
      if (one.counter != nullptr) append_line(out, name, "", one.labels, std::to_string(one.counter->value()));
      if (one.read)
        append_line(out, name, "", one.labels, number(one.read()));
      else if (one.gauge != nullptr)
        append_line(out, name, "", one.labels, number(one.gauge->value()));
      if (one.histogram != nullptr) append_histogram(out, name, one.labels, *one.histogram);
    }
    if (!family.read) continue;
    for (const auto& [labels, value] : family.read()) append_line(out, name, "", rendered(labels), number(value));
  }
  return out;
}

}  // namespace zhida::observe
