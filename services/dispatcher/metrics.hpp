#pragma once

#include "domain/delivery/state.hpp"
#include "platform/observe/metrics.hpp"

#include <array>
#include <vector>

namespace zhida::dispatcher {

/// What the dispatcher counts.
struct Metrics {
  Metrics(observe::Metrics& registry, int partitions);

  observe::Counter& blocks;    ///< blocks of receipts appended
  observe::Counter& failures;  ///< turns that ended because log or folds could not be reached

  /// Intents closed as delivered, cancelled or expired.
  observe::Counter& closed(delivery::State state) { return *closed_[static_cast<std::size_t>(state)]; }
  /// Intents suppressed before sending.
  observe::Counter& suppressed(delivery::Reason reason) { return *suppressed_[static_cast<std::size_t>(reason)]; }
  /// Open intents of a partition, those of paused campaigns too.
  observe::Gauge& open(int partition) { return *open_[static_cast<std::size_t>(partition)]; }
  /// Seconds since the oldest of them was decided; 0 without any.
  observe::Gauge& oldest(int partition) { return *oldest_[static_cast<std::size_t>(partition)]; }

 private:
  std::array<observe::Counter*, domain::EnumNames<delivery::State>::names.size()> closed_{};
  std::array<observe::Counter*, domain::EnumNames<delivery::Reason>::names.size()> suppressed_{};
  std::vector<observe::Gauge*> open_, oldest_;
};

}  // namespace zhida::dispatcher
