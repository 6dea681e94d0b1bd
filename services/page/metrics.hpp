#pragma once

#include "platform/observe/metrics.hpp"

namespace zhida::page {

/// What the page backend counts beside the requests themselves.
struct Metrics {
  explicit Metrics(observe::Metrics& registry)
      : clicks(registry.counter("zhida_page_clicks_total", "Clicks recorded, by who clicked.", {{"traffic", "people"}})),
        machine_clicks(registry.counter("zhida_page_clicks_total", "Clicks recorded, by who clicked.", {{"traffic", "machine"}})),
        clicks_unrecorded(
            registry.counter("zhida_page_clicks_unrecorded_total", "Clicks redirected beyond what is recorded of one delivery.")),
        clicks_lost(registry.counter("zhida_page_clicks_lost_total", "Clicks redirected that the log did not take.")),
        bad_links(registry.counter("zhida_page_links_refused_total", "Click links refused, by why.", {{"reason", "bad"}})),
        expired_links(registry.counter("zhida_page_links_refused_total", "Click links refused, by why.", {{"reason", "expired"}})),
        engagements(
            registry.counter("zhida_page_engagements_total", "Reported engagements, by what became of them.", {{"result", "accepted"}})),
        engagements_refused(
            registry.counter("zhida_page_engagements_total", "Reported engagements, by what became of them.", {{"result", "refused"}})),
        inbox_unavailable(registry.counter("zhida_page_inbox_unavailable_total", "Inbox reads that could not be answered.")) {}

  observe::Counter& clicks;
  observe::Counter& machine_clicks;
  observe::Counter& clicks_unrecorded;
  observe::Counter& clicks_lost;
  observe::Counter& bad_links;
  observe::Counter& expired_links;
  observe::Counter& engagements;
  observe::Counter& engagements_refused;
  observe::Counter& inbox_unavailable;
};

}  // namespace zhida::page
