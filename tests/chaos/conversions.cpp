#include "chaos/fold.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <tuple>

namespace zhida::chaos {
namespace {

/// Longer than a run: an application is credited to a delivery of the last 30 days.
constexpr std::int64_t window_ms = 30LL * 86'400'000;

/// Clicks are kept to the second, of each hour the first and the last.
struct Span {
  std::int64_t first = std::numeric_limits<std::int64_t>::max();
  std::int64_t last = 0;
};

int number_of(const std::string& campaign) {
  int number = 0;
  std::from_chars(campaign.data() + 1, campaign.data() + campaign.size(), number);
  return number;
}

/// When applications for the item begin: with `applied`, or with `granted` where none is open.
std::vector<std::int64_t> starts_of(const std::vector<Fold::Outcome>& outcomes, const std::string& item) {
  std::vector<std::int64_t> starts;
  bool open = false;
  for (const Fold::Outcome& outcome : outcomes) {
    if (outcome.item != item) continue;
    if (outcome.type == "applied" || (outcome.type == "granted" && !open)) starts.push_back(outcome.at);
    if (outcome.type == "applied") open = true;
    if (outcome.type == "granted" || outcome.type == "rejected") open = false;
  }
  return starts;
}

}  // namespace

std::map<std::string, std::int64_t> Fold::conversions(const std::string& item, const std::set<std::string>& campaigns) const {
  std::map<std::string, std::vector<const Intent*>> delivered;                          // by enterprise
  std::map<std::string, std::map<std::pair<std::int64_t, std::int64_t>, Span>> clicks;  // by intent, part and hour
  for (const auto& [id, intent] : intents)
    if (intent.decided && intent.delivered_at != 0 && campaigns.contains(intent.campaign)) delivered[intent.uscc].push_back(&intent);
  for (const auto& [uscc, events] : engagements)
    for (const auto& [id, event] : events)
      if (event.type == "click" && !event.machine) {
        Span& span = clicks[event.intent][{event.part, event.at / 3'600'000}];
        const std::int64_t at = event.at / 1'000 * 1'000;
        span.first = std::min(span.first, at);
        span.last = std::max(span.last, at);
      }

  std::map<std::string, std::int64_t> credited;
  for (const auto& [uscc, all] : outcomes) {
    std::int64_t before = 0;
    for (const std::int64_t start : starts_of(all, item)) {
      // The last clicked, else the last delivered, else the higher number.
      std::tuple<std::int64_t, std::int64_t, int> best{-1, 0, 0};
      std::string whose;
      for (const Intent* intent : delivered[uscc]) {
        if (intent->delivered_at > start || intent->delivered_at <= before || start > intent->delivered_at + window_ms) continue;
        std::int64_t clicked = 0;
        for (const auto& [where, span] : clicks[intent->campaign + ".1.page." + uscc])
          for (const std::int64_t at : {span.first, span.last})
            if (at <= start) clicked = std::max(clicked, at);
        const std::tuple claim(clicked, intent->delivered_at, number_of(intent->campaign));
        if (claim <= best) continue;
        best = claim;
        whose = intent->campaign;
      }
      if (!whose.empty()) ++credited[whose];
      before = start;
    }
  }
  return credited;
}

}  // namespace zhida::chaos
