#include "chaos/fold.hpp"

#include <algorithm>
#include <charconv>
#include <tuple>

namespace zhida::chaos {
namespace {

/// Longer than a run: an application is credited to a delivery of the last 30 days.
constexpr std::int64_t window_ms = 30LL * 86'400'000;

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
  std::map<std::string, std::vector<const Intent*>> delivered;  // by enterprise
  std::map<std::string, std::vector<std::int64_t>> clicks;      // by intent
  for (const auto& [id, intent] : intents)
    if (intent.decided && intent.delivered_at != 0 && campaigns.contains(intent.campaign)) delivered[intent.uscc].push_back(&intent);
  for (const auto& [uscc, events] : engagements)
    for (const auto& [id, event] : events)
      if (event.type == "click" && !event.machine) clicks[event.intent].push_back(event.at);

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
        for (const std::int64_t at : clicks[intent->campaign + ".1.page." + uscc])
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
