#include "domain/effect/funnel.hpp"

#include <algorithm>
#include <numeric>

namespace zhida::effect {

using delivery::EngagementType;

void Funnel::add(Measure measure, std::int64_t value) {
  if (const auto state = state_of(measure)) {
    by_state[static_cast<std::size_t>(*state)] += value;
    return;
  }
  if (const auto reason = reason_of(measure)) {
    by_reason[static_cast<std::size_t>(*reason)] += value;
    return;
  }
  const auto engaged = [&](EngagementType type) -> std::int64_t& { return enterprises_by_engagement[static_cast<std::size_t>(type)]; };
  switch (measure) {
    case Measure::decided:
      decided += value;
      break;
    case Measure::enterprises:
      enterprises += value;
      break;
    case Measure::reach_base:
      reach_base += value;
      break;
    case Measure::delivered:
      delivered += value;
      break;
    case Measure::reached:
      reached += value;
      break;
    case Measure::impressions:
      impressions.total += value;
      break;
    case Measure::impressions_unique:
      impressions.unique += value;
      engaged(EngagementType::impression) += value;
      break;
    case Measure::impressions_machine:
      impressions.machine += value;
      break;
    case Measure::clicks:
      clicks.total += value;
      break;
    case Measure::clicks_unique:
      clicks.unique += value;
      engaged(EngagementType::click) += value;
      break;
    case Measure::clicks_machine:
      clicks.machine += value;
      break;
    case Measure::clicked_and_shown:
      clicked_and_shown += value;
      break;
    case Measure::conversions:
      conversions += value;
      break;
    case Measure::benefit_estimated:
      benefit.estimated += value;
      break;
    case Measure::benefit_conditional:
      benefit.conditional += value;
      break;
    case Measure::benefit_confirmed:
      benefit.confirmed += value;
      break;
    case Measure::benefit_paid:
      benefit.paid += value;
      break;
    case Measure::benefit_unknown:
      benefit.unknown += value;
      break;
    case Measure::verdict_eligible:
      verdicts[0] += value;
      break;
    case Measure::verdict_manual:
      verdicts[1] += value;
      break;
    case Measure::verdict_unknown:
      verdicts[2] += value;
      break;
    case Measure::verdict_ineligible:
      verdicts[3] += value;
      break;
    case Measure::seen_unique:
      engaged(EngagementType::seen) += value;
      break;
    case Measure::dismissed_unique:
      engaged(EngagementType::dismissed) += value;
      break;
    case Measure::not_relevant_unique:
      engaged(EngagementType::not_relevant) += value;
      break;
    case Measure::apply_started_unique:
      engaged(EngagementType::apply_started) += value;
      break;
    case Measure::apply_submitted_unique:
      engaged(EngagementType::apply_submitted) += value;
      break;
    case Measure::rated_unique:
      engaged(EngagementType::rated) += value;
      break;
  }
}

std::optional<double> Funnel::ctr() const {
  if (impressions.unique <= 0) return std::nullopt;
  return static_cast<double>(clicked_and_shown) / static_cast<double>(impressions.unique);
}

std::optional<double> Funnel::reach() const {
  if (reach_base <= 0) return std::nullopt;
  return static_cast<double>(reached) / static_cast<double>(reach_base);
}

std::vector<std::string> broken_invariants(const Funnel& campaign) {
  std::vector<std::string> broken;
  const auto expect = [&](bool holds, const char* sentence) {
    if (!holds) broken.emplace_back(sentence);
  };
  const auto sum = [](const auto& counts) { return std::accumulate(counts.begin(), counts.end(), std::int64_t{0}); };
  const auto none_negative = [](const auto& counts) { return std::all_of(counts.begin(), counts.end(), [](auto n) { return n >= 0; }); };
  expect(sum(campaign.by_state) == campaign.decided, "the intents by state do not add up to the decided ones");
  expect(none_negative(campaign.by_state) && none_negative(campaign.by_reason), "a state or reason counts less than nothing");
  expect(sum(campaign.by_reason) == campaign.by_state[static_cast<std::size_t>(delivery::State::suppressed)],
         "the reasons do not add up to the suppressed intents");
  expect(campaign.impressions.unique <= campaign.impressions.total, "more unique impressions than impressions");
  expect(campaign.clicks.unique <= campaign.clicks.total, "more unique clicks than clicks");
  expect(campaign.clicked_and_shown <= std::min(campaign.clicks.unique, campaign.impressions.unique),
         "more enterprises clicked what they were shown than clicked or were shown it");
  expect(campaign.delivered <= campaign.enterprises, "more enterprises with a delivery than with an intent");
  expect(campaign.reached <= campaign.enterprises, "more enterprises reached than decided");
  expect(campaign.reach_base <= campaign.enterprises, "reach is measured against more enterprises than decided");
  expect(campaign.enterprises <= campaign.decided, "more enterprises than intents");
  return broken;
}

}  // namespace zhida::effect
