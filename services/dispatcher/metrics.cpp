#include "dispatcher/metrics.hpp"

#include <string>

namespace zhida::dispatcher {
namespace {

observe::Labels labels_of(std::size_t lane, std::size_t partition) {
  return {{"lane", std::string(domain::name_of(static_cast<campaign::Lane>(lane)))}, {"partition", std::to_string(partition)}};
}

}  // namespace

Metrics::Metrics(observe::Metrics& registry, int partitions)
    : blocks(registry.counter("zhida_dispatcher_blocks_total", "Blocks of receipts appended.")),
      failures(registry.counter("zhida_dispatcher_failures_total", "Turns given up because the log or a fold could not be reached.")),
      shown_(std::make_shared<std::vector<std::weak_ptr<PartitionQueue>>>(static_cast<std::size_t>(partitions))) {
  const auto counter = [&](delivery::State state, std::string reason) {
    return &registry.counter("zhida_dispatcher_closed_total", "Intents closed, by state.",
                             {{"state", std::string(domain::name_of(state))}, {"reason", std::move(reason)}});
  };
  for (std::size_t i = 0; i < closed_.size(); ++i) {
    const auto state = static_cast<delivery::State>(i);
    if (delivery::is_closed(state) && state != delivery::State::suppressed) closed_[i] = counter(state, "");
  }
  for (std::size_t i = 0; i < suppressed_.size(); ++i) {
    const auto reason = static_cast<delivery::Reason>(i);
    if (delivery::is_suppression(reason)) suppressed_[i] = counter(delivery::State::suppressed, std::string(domain::name_of(reason)));
  }
  for (std::size_t lane = 0; lane < answered_.size(); ++lane)
    for (int partition = 0; partition < partitions; ++partition)
      answered_[lane].push_back(&registry.counter("zhida_dispatcher_answered_total", "Intents closed, by lane and partition.",
                                                  labels_of(lane, static_cast<std::size_t>(partition))));
  const auto show = [&](std::string_view name, std::string_view help, auto member) {
    registry.gauges_from(name, help, [shown = shown_, member] {
      std::vector<observe::Metrics::Reading> readings;
      for (std::size_t partition = 0; partition < shown->size(); ++partition)
        if (const auto queue = (*shown)[partition].lock())
          for (std::size_t lane = 0; lane < queue->size(); ++lane)
            readings.emplace_back(labels_of(lane, partition), static_cast<double>((*queue)[lane].*member));
      return readings;
    });
  };
  show("zhida_dispatcher_open_intents", "Intents decided and neither delivered nor closed.", &LaneQueue::open);
  show("zhida_dispatcher_oldest_open_seconds", "Age of the oldest open intent, those of paused campaigns too.", &LaneQueue::oldest_seconds);
  show("zhida_dispatcher_queue_age_seconds", "Age of the oldest intent that may be sent now.", &LaneQueue::waiting_seconds);
}

std::shared_ptr<PartitionQueue> Metrics::show(int partition) {
  auto queue = std::make_shared<PartitionQueue>();
  (*shown_)[static_cast<std::size_t>(partition)] = queue;
  return queue;
}

}  // namespace zhida::dispatcher
