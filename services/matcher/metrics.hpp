#pragma once

#include "domain/campaign/campaign.hpp"
#include "domain/delivery/state.hpp"
#include "platform/observe/metrics.hpp"

#include <array>
#include <vector>

namespace zhida::matcher {

/// What the matcher counts.
struct Metrics {
  Metrics(observe::Metrics& registry, int partitions);

  observe::Counter& matched;             ///< intents decided and open
  observe::Counter& looked_at;           ///< enterprises an audience was asked about
  observe::Counter& blocks;              ///< blocks of intents appended
  observe::Counter& partitions_decided;  ///< marks appended
  observe::Counter& failures;            ///< turns that ended because log or folds could not be reached
  observe::Gauge& deciding;              ///< campaigns × partitions not wholly decided

  /// Intents decided as matched, or as ended with their campaign.
  observe::Counter& unsuppressed(delivery::State state) {
    return state == delivery::State::expired ? expired_ : state == delivery::State::cancelled ? cancelled_ : matched;
  }
  /// Intents decided, whatever became of them.
  observe::Counter& intents(campaign::Lane lane, int partition) {
    return *intents_[static_cast<std::size_t>(lane)][static_cast<std::size_t>(partition)];
  }
  /// Intents decided and not to be sent.
  observe::Counter& suppressed(delivery::Reason reason) { return *suppressed_[static_cast<std::size_t>(reason)]; }

 private:
  observe::Counter& expired_;
  observe::Counter& cancelled_;
  std::array<observe::Counter*, domain::EnumNames<delivery::Reason>::names.size()> suppressed_{};
  std::array<std::vector<observe::Counter*>, domain::EnumNames<campaign::Lane>::names.size()> intents_;
};

}  // namespace zhida::matcher
