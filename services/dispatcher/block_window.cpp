#include "dispatcher/block_window.hpp"

#include "contracts/intents/intents_decided.hpp"

#include <algorithm>
#include <utility>

namespace zhida::dispatcher {

namespace asio = boost::asio;
using boost::system::result;

namespace {

constexpr std::size_t most_runs = 3;  // in as many places Kafka's adapter reads one partition on

log::Offset offset_of(const log::RecordPtr& record) { return record->offset; }

}  // namespace

BlockWindow::BlockWindow(log::EventLog& log, std::string topic, int partition) : BlockWindow(log, std::move(topic), partition, Bounds()) {}

BlockWindow::BlockWindow(log::EventLog& log, std::string topic, int partition, Bounds bounds)
    : log_(log), topic_(std::move(topic)), partition_(partition), bounds_(bounds) {}

asio::awaitable<result<log::RecordPtr>> BlockWindow::get(log::Offset offset, log::Offset end) {
  if (log::RecordPtr held = find(offset)) co_return held;
  for (auto run = run_to(offset); run != runs_.end(); run = run_to(offset)) {
    const log::Offset from = *run;
    runs_.erase(run);  // comes again where reading on has led; not if it failed
    const result<log::Offset> next = co_await fetch(from, static_cast<std::size_t>(std::max(end, offset + 1) - from));
    if (!next) break;
    log::RecordPtr found = find(offset);
    if (found || *next > offset) co_return found;
    if (*next <= from) break;
  }
  const result<log::Offset> next = co_await fetch(offset, 1);
  if (!next) co_return next.error();
  co_return find(offset);
}

// The run from which `offset` is reached by reading on a little; the nearest one.
std::deque<log::Offset>::iterator BlockWindow::run_to(log::Offset offset) {
  auto best = runs_.end();
  for (auto run = runs_.begin(); run != runs_.end(); ++run)
    if (*run <= offset && offset - *run < static_cast<log::Offset>(bounds_.records) && (best == runs_.end() || *run > *best)) best = run;
  return best;
}

log::RecordPtr BlockWindow::find(log::Offset offset) const {
  const auto found = std::ranges::find(held_, offset, &offset_of);
  return found != held_.end() ? *found : nullptr;
}

asio::awaitable<result<log::Offset>> BlockWindow::fetch(log::Offset from, std::size_t most) {
  log::ReadLimits limits;
  limits.records = std::min(most, held_.size() < bounds_.records ? bounds_.records - held_.size() : 1);
  limits.bytes = bytes_ < bounds_.bytes ? bounds_.bytes - bytes_ : 1;
  result<log::Batch> batch = co_await log_.read(topic_, partition_, from, limits);
  if (!batch) co_return batch.error();
  for (log::RecordPtr& record : batch->records) keep(std::move(record));
  if (runs_.size() == most_runs) runs_.pop_front();
  runs_.push_back(batch->next);
  co_return batch->next;
}

void BlockWindow::keep(log::RecordPtr record) {
  if (record->event.type != contracts::IntentsWriter::type || find(record->offset)) return;
  bytes_ += log::size_of(*record);
  held_.push_back(std::move(record));
  while (held_.size() > 1 && (held_.size() > bounds_.records || bytes_ > bounds_.bytes)) push_out();
}

void BlockWindow::push_out() {
  bytes_ -= log::size_of(*held_.front());
  held_.pop_front();
}

void BlockWindow::drop(log::Offset offset) {
  const auto found = std::ranges::find(held_, offset, &offset_of);
  if (found == held_.end()) return;
  bytes_ -= log::size_of(**found);
  held_.erase(found);
}

void BlockWindow::clear() {
  held_.clear();
  bytes_ = 0;
}

}  // namespace zhida::dispatcher
