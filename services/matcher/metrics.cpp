#include "matcher/metrics.hpp"

#include <string>

namespace zhida::matcher {

Metrics::Metrics(observe::Metrics& registry, int partitions)
    : matched(registry.counter("zhida_matcher_decided_total", "Intents decided, by state.", {{"state", "matched"}, {"reason", ""}})),
      looked_at(registry.counter("zhida_matcher_enterprises_total", "Enterprises looked at to decide campaigns.")),
      blocks(registry.counter("zhida_matcher_blocks_total", "Blocks of intents appended.")),
      partitions_decided(registry.counter("zhida_matcher_partitions_decided_total", "Partitions of campaigns decided to their end.")),
      failures(registry.counter("zhida_matcher_failures_total", "Turns given up because the log or a fold could not be reached.")),
      deciding(registry.gauge("zhida_matcher_deciding", "Partitions of campaigns being decided.")),
      expired_(registry.counter("zhida_matcher_decided_total", "Intents decided, by state.", {{"state", "expired"}, {"reason", ""}})),
      cancelled_(registry.counter("zhida_matcher_decided_total", "Intents decided, by state.", {{"state", "cancelled"}, {"reason", ""}})) {
  for (std::size_t i = 0; i < suppressed_.size(); ++i) {
    const auto reason = static_cast<delivery::Reason>(i);
    suppressed_[i] = &matched;  // never asked for: no suppression
    if (delivery::is_suppression(reason))
      suppressed_[i] = &registry.counter("zhida_matcher_decided_total", "Intents decided, by state.",
                                         {{"state", "suppressed"}, {"reason", std::string(domain::name_of(reason))}});
  }
  for (std::size_t i = 0; i < intents_.size(); ++i)
    for (int partition = 0; partition < partitions; ++partition)
      intents_[i].push_back(&registry.counter(
          "zhida_matcher_intents_total", "Intents decided, suppressed ones too.",
          {{"lane", std::string(domain::name_of(static_cast<campaign::Lane>(i)))}, {"partition", std::to_string(partition)}}));
}

}  // namespace zhida::matcher
