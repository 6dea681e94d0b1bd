#include "effect/verify/worth.hpp"

#include <algorithm>
#include <array>

namespace zhida::effect_service::verify {

using delivery::OutcomeType;
using effect::Measure;

std::optional<Worth> worth_of(const PackageItem& item, const delivery::ItemDecision* decided, std::optional<Instant> since,
                              const std::vector<delivery::OutcomeFact>& outcomes) {
  std::int64_t paid_fen = 0, granted_fen = 0, back_fen = 0;
  bool paid = false, paid_known = false, granted = false, granted_known = false, turned_down = false;
  Worth worth;
  worth.item = item.key;
  worth.group = item.group;
  for (const delivery::OutcomeFact& outcome : outcomes) {
    if (!since || outcome.item != item.key || outcome.at < *since) continue;
    const std::int64_t fen = outcome.amount_fen.value_or(0);
    const bool known = outcome.amount_fen.has_value();
    if (outcome.type == OutcomeType::applied) turned_down = false;
    if (outcome.type == OutcomeType::rejected) turned_down = true;
    if (outcome.type == OutcomeType::returned || outcome.type == OutcomeType::recovered) back_fen += fen;
    if (outcome.type == OutcomeType::paid) {
      paid = true;
      paid_known = paid_known || known;
      paid_fen += fen;
    }
    if (outcome.type == OutcomeType::granted) {
      granted = true;
      granted_known = granted_known || known;
      granted_fen += fen;
      turned_down = false;
      worth.granted_at = outcome.at;
    }
  }
  if (paid && (!paid_known || paid_fen - back_fen > 0)) {
    worth.state = Worth::paid;
    if (paid_known) worth.fen = paid_fen - back_fen;
  } else if (granted) {
    worth.state = Worth::granted;
    if (granted_known) worth.fen = granted_fen;
  } else {
    if (turned_down || decided == nullptr) return std::nullopt;
    if (decided->verdict == delivery::Verdict::eligible)
      worth.state = Worth::estimated;
    else if (decided->verdict == delivery::Verdict::manual)
      worth.state = Worth::conditional;
    else
      return std::nullopt;
    if (decided->benefit) worth.fen = *decided->benefit * 100;
  }
  return worth;
}

/// Of an exclusive group, and of one item in several campaigns, the surest counts; then a known amount; then the larger; then the lower
/// item.
bool counts_more(const Worth& a, const Worth& b) {
  if (a.state != b.state) return a.state > b.state;
  if (a.fen.has_value() != b.fen.has_value()) return a.fen.has_value();
  if (a.fen && *a.fen != *b.fen) return *a.fen > *b.fen;
  return a.item < b.item;
}

std::vector<Worth> without_excluded(const std::vector<Worth>& all) {
  std::vector<Worth> kept;
  for (const Worth& worth : all) {
    const bool excluded = !worth.group.empty() && std::ranges::any_of(all, [&](const Worth& other) {
      return other.group == worth.group && counts_more(other, worth);
    });
    if (!excluded) kept.push_back(worth);
  }
  return kept;
}

Measure measure_of(Worth::State state) {
  static constexpr std::array measures{Measure::benefit_conditional, Measure::benefit_estimated, Measure::benefit_confirmed,
                                       Measure::benefit_paid};
  return measures.at(state);
}

}  // namespace zhida::effect_service::verify
