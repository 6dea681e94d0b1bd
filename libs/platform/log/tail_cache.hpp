#pragma once

#include "platform/log/record.hpp"

#include <cstddef>
#include <deque>
#include <vector>

namespace zhida::log {

/// The newest records of all partitions, without gaps, within a bound of bytes over all of them. Single-threaded.
class TailCache {
 public:
  TailCache(std::size_t partitions, std::size_t limit) : tails_(partitions), limit_(limit) {}

  /// `record` must be the next one of its partition after the one added before; offsets may be sparse.
  void add(std::size_t partition, RecordPtr record);

  /// True if everything from `from` to the end of the partition is here, and there is something.
  bool holds(std::size_t partition, Offset from) const {
    const auto& tail = tails_[partition];
    return !tail.empty() && from >= tail.front()->offset;
  }

  /// The records from `from` on, within `limits`; `holds` must be true.
  Batch read(std::size_t partition, Offset from, const ReadLimits& limits) const;

  void drop(std::size_t partition);

  std::size_t bytes() const { return bytes_; }

 private:
  void drop_front(std::size_t partition);

  std::vector<std::deque<RecordPtr>> tails_;
  std::deque<std::size_t> order_;  // partitions of the records here, in the order they came
  std::size_t limit_;
  std::size_t bytes_ = 0;
};

}  // namespace zhida::log
