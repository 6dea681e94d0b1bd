#pragma once

#include "operator/commands/command_gateway.hpp"
#include "platform/observe/metrics.hpp"

#include <chrono>

namespace zhida::operators {

/// What is counted of commands, from a request to what became of it.
class Metrics {
 public:
  explicit Metrics(observe::Metrics& registry)
      : seconds_(registry.histogram("zhida_command_seconds", "From a request for a change to its outcome, or to giving up.")),
        applied_(counter(registry, "applied")),
        refused_(counter(registry, "refused")),
        late_(counter(registry, "late")) {}

  void count(CommandGateway::Outcome outcome, std::chrono::steady_clock::duration took) {
    using Outcome = CommandGateway::Outcome;
    (outcome == Outcome::applied ? applied_ : outcome == Outcome::refused ? refused_ : late_).increment();
    seconds_.observe(std::chrono::duration<double>(took).count());
  }

 private:
  static observe::Counter& counter(observe::Metrics& registry, const char* outcome) {
    return registry.counter("zhida_commands_total", "Requests for a change, by what became of them in time.", {{"outcome", outcome}});
  }

  observe::Histogram& seconds_;
  observe::Counter &applied_, &refused_, &late_;
};

}  // namespace zhida::operators
