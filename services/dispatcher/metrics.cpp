#include "dispatcher/metrics.hpp"

#include <string>

namespace zhida::dispatcher {

Metrics::Metrics(observe::Metrics& registry, int partitions)
    : blocks(registry.counter("zhida_dispatcher_blocks_total", "Blocks of receipts appended.")),
      failures(registry.counter("zhida_dispatcher_failures_total", "Turns given up because the log or a fold could not be reached.")) {
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
  for (int partition = 0; partition < partitions; ++partition) {
    const observe::Labels labels{{"partition", std::to_string(partition)}};
    open_.push_back(&registry.gauge("zhida_dispatcher_open_intents", "Intents decided and neither delivered nor closed.", labels));
    oldest_.push_back(&registry.gauge("zhida_dispatcher_oldest_open_seconds", "Age of the oldest open intent.", labels));
  }
}

}  // namespace zhida::dispatcher
