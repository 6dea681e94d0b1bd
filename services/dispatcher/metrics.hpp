#pragma once

#include "domain/campaign/campaign.hpp"
#include "domain/delivery/state.hpp"
#include "platform/observe/metrics.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

namespace zhida::dispatcher {

/// What waits in a lane of a partition.
struct LaneQueue {
  std::int64_t open = 0;       ///< intents decided and neither delivered nor closed, those of paused campaigns too
  double oldest_seconds = 0;   ///< since the oldest of them was decided
  double waiting_seconds = 0;  ///< since the oldest of those was decided that may be sent now
};
using PartitionQueue = std::array<LaneQueue, domain::EnumNames<campaign::Lane>::names.size()>;

/// What the dispatcher counts.
struct Metrics {
  Metrics(observe::Metrics& registry, int partitions);

  observe::Counter& blocks;    ///< blocks of receipts appended
  observe::Counter& failures;  ///< turns that ended because log or folds could not be reached

  /// Intents closed as delivered, cancelled or expired.
  observe::Counter& closed(delivery::State state) { return *closed_[static_cast<std::size_t>(state)]; }
  /// Intents suppressed before sending.
  observe::Counter& suppressed(delivery::Reason reason) { return *suppressed_[static_cast<std::size_t>(reason)]; }
  /// Intents closed by receipts.
  observe::Counter& answered(campaign::Lane lane, int partition) {
    return *answered_[static_cast<std::size_t>(lane)][static_cast<std::size_t>(partition)];
  }
  /// What waits in a partition, to be kept up to date by who sends it; shown as long as that holds it.
  std::shared_ptr<PartitionQueue> show(int partition);

 private:
  std::array<observe::Counter*, domain::EnumNames<delivery::State>::names.size()> closed_{};
  std::array<observe::Counter*, domain::EnumNames<delivery::Reason>::names.size()> suppressed_{};
  std::array<std::vector<observe::Counter*>, domain::EnumNames<campaign::Lane>::names.size()> answered_;
  std::shared_ptr<std::vector<std::weak_ptr<PartitionQueue>>> shown_;  // by partition; shared with the registry, which may outlive this
};

}  // namespace zhida::dispatcher
