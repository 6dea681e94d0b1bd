#include "domain/effect/measure.hpp"

namespace zhida::effect {
namespace {

constexpr std::array<std::string_view, measure_count> names{"decided",
                                                            "enterprises",
                                                            "reach_base",
                                                            "delivered",
                                                            "reached",
                                                            "impressions",
                                                            "impressions_unique",
                                                            "impressions_machine",
                                                            "clicks",
                                                            "clicks_unique",
                                                            "clicks_machine",
                                                            "clicked_and_shown",
                                                            "conversions",
                                                            "benefit_estimated",
                                                            "benefit_conditional",
                                                            "benefit_confirmed",
                                                            "benefit_paid",
                                                            "benefit_unknown",
                                                            "verdict_eligible",
                                                            "verdict_manual",
                                                            "verdict_unknown",
                                                            "verdict_ineligible",
                                                            "seen_unique",
                                                            "dismissed_unique",
                                                            "not_relevant_unique",
                                                            "apply_started_unique",
                                                            "apply_submitted_unique",
                                                            "rated_unique"};

constexpr int states = static_cast<int>(domain::EnumNames<delivery::State>::names.size());
constexpr int reasons = static_cast<int>(domain::EnumNames<delivery::Reason>::names.size());

}  // namespace

std::optional<delivery::State> state_of(Measure measure) {
  const int number = static_cast<int>(measure) - first_state_measure;
  if (number < 0 || number >= states) return std::nullopt;
  return static_cast<delivery::State>(number);
}

std::optional<delivery::Reason> reason_of(Measure measure) {
  const int number = static_cast<int>(measure) - first_reason_measure;
  if (number < 0 || number >= reasons) return std::nullopt;
  return static_cast<delivery::Reason>(number);
}

std::string name_of(Measure measure) {
  if (const auto state = state_of(measure)) return "state_" + std::string(domain::name_of(*state));
  if (const auto reason = reason_of(measure)) return "reason_" + std::string(domain::name_of(*reason));
  return std::string(names.at(static_cast<std::size_t>(measure)));
}

std::optional<Measure> measure_named(std::string_view name) {
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == name) return static_cast<Measure>(i);
  constexpr std::string_view state_prefix = "state_", reason_prefix = "reason_";
  if (name.starts_with(state_prefix))
    if (const auto state = domain::from_name<delivery::State>(name.substr(state_prefix.size()))) return by_state(*state);
  if (name.starts_with(reason_prefix))
    if (const auto reason = domain::from_name<delivery::Reason>(name.substr(reason_prefix.size()))) return by_reason(*reason);
  return std::nullopt;
}

}  // namespace zhida::effect
