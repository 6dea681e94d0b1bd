#include "platform/log/tail_cache.hpp"

#include <algorithm>
#include <utility>

namespace zhida::log {

void TailCache::add(std::size_t partition, RecordPtr record) {
  bytes_ += size_of(*record);
  tails_[partition].push_back(std::move(record));
  order_.push_back(partition);
  while (bytes_ > limit_) {
    const std::size_t oldest = order_.front();
    order_.pop_front();
    drop_front(oldest);
  }
}

Batch TailCache::read(std::size_t partition, Offset from, const ReadLimits& limits) const {
  const auto& tail = tails_[partition];
  Batch batch;
  batch.next = from;
  const auto first = std::ranges::lower_bound(tail, from, {}, [](const RecordPtr& record) { return record->offset; });
  const auto begin = static_cast<std::size_t>(first - tail.begin());
  if (begin < tail.size()) batch.records.reserve(std::min(limits.records, tail.size() - begin));
  std::size_t bytes = 0;
  for (std::size_t i = begin; i < tail.size(); ++i) {
    bytes += size_of(*tail[i]);
    if (!batch.records.empty() && (batch.records.size() >= limits.records || bytes > limits.bytes)) break;
    batch.records.push_back(tail[i]);
    batch.next = tail[i]->offset + 1;
  }
  return batch;
}

void TailCache::drop(std::size_t partition) {
  while (!tails_[partition].empty()) drop_front(partition);
  std::erase(order_, partition);
}

void TailCache::drop_front(std::size_t partition) {
  bytes_ -= size_of(*tails_[partition].front());
  tails_[partition].pop_front();
}

}  // namespace zhida::log
