#include "effect/metrics/known_measures.hpp"

#include <array>

namespace zhida::effect_service {
namespace {

using effect::Measure;

bool is_money(Measure measure) { return measure >= Measure::benefit_estimated && measure <= Measure::benefit_paid; }
bool is_benefit(Measure measure) { return is_money(measure) || measure == Measure::benefit_unknown; }
bool is_verdict(Measure measure) { return measure >= Measure::verdict_eligible && measure <= Measure::verdict_ineligible; }
bool is_of_intents(Measure measure) {
  return measure == Measure::decided || measure == Measure::enterprises || measure == Measure::reach_base;
}

/// The count of enterprises that bounds how many are behind a sum.
Measure enterprises_behind(Measure measure) {
  switch (measure) {
    case Measure::decided:
    case Measure::impressions_machine:
    case Measure::clicks_machine:
      return Measure::enterprises;
    case Measure::impressions:
      return Measure::impressions_unique;
    case Measure::clicks:
      return Measure::clicks_unique;
    case Measure::benefit_estimated:
    case Measure::benefit_conditional:
    case Measure::benefit_unknown:
      return Measure::reached;
    case Measure::benefit_confirmed:
    case Measure::benefit_paid:
      return Measure::conversions;
    default:
      return measure;
  }
}

KnownMeasure ratio(std::string name, Measure sum, Measure divided_by) {
  KnownMeasure known;
  known.name = std::move(name);
  known.unit = Unit::ratio;
  known.sum = sum;
  known.divided_by = divided_by;
  known.enterprises = sum;
  known.of_items = true;
  return known;
}

}  // namespace

std::optional<KnownMeasure> known_measure(std::string_view name) {
  if (name == "ctr") return ratio("ctr", Measure::clicked_and_shown, Measure::impressions_unique);
  if (name == "reach") return ratio("reach", Measure::reached, Measure::reach_base);
  const auto measure = effect::measure_named(name);
  if (!measure || is_verdict(*measure)) return std::nullopt;
  KnownMeasure known;
  known.name = name;
  known.sum = *measure;
  known.unit = is_money(*measure) ? Unit::yuan : Unit::count;
  known.in_time = !effect::state_of(*measure) && !effect::reason_of(*measure);
  known.of_items = known.in_time && !is_of_intents(*measure);
  known.adds_up = is_benefit(*measure) || *measure == Measure::conversions;
  known.enterprises = enterprises_behind(*measure);
  return known;
}

std::string measure_names() {
  std::string names = "ctr, reach";
  const auto add = [&names](Measure measure) {
    const std::string name = effect::name_of(measure);
    if (known_measure(name)) names.append(", ").append(name);
  };
  for (int i = 0; i < effect::measure_count; ++i) add(static_cast<Measure>(i));
  for (std::size_t i = 1; i < domain::EnumNames<delivery::State>::names.size(); ++i) add(effect::by_state(static_cast<delivery::State>(i)));
  for (std::size_t i = 1; i < domain::EnumNames<delivery::Reason>::names.size(); ++i)
    if (delivery::is_suppression(static_cast<delivery::Reason>(i))) add(effect::by_reason(static_cast<delivery::Reason>(i)));
  return names;
}

}  // namespace zhida::effect_service
