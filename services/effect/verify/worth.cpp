#include "effect/verify/worth.hpp"

#include <algorithm>
#include <array>

namespace zhida::effect_service::verify {

using delivery::OutcomeType;
using effect::Measure;

std::optional<Worth> worth_of(const PackageItem& item, const delivery::ItemDecision* decided, std::optional<Instant> since,
                              const std::vector<delivery::OutcomeFact>& outcomes, const Owners& owners, std::size_t campaign) {
  std::int64_t in_hand = 0, granted_fen = 0;
  bool paid = false, paid_known = false, granted = false, granted_known = false;
  bool turned_down = false, money_came = false, taken_away = false;
  Worth worth;
  worth.item = item.key;
  worth.group = item.group;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const delivery::OutcomeFact& outcome = outcomes[i];
    if (!since || outcome.item != item.key || outcome.at < *since) continue;
    if (outcome.type == OutcomeType::applied || outcome.type == OutcomeType::granted) turned_down = false;
    if (outcome.type == OutcomeType::rejected) turned_down = true;
    const bool own = owners[i] == campaign;
    if (outcome.type == OutcomeType::granted && (own || !granted)) worth.granted_at = outcome.at;
    if (outcome.type == OutcomeType::paid && !money_came) worth.granted_at = outcome.at;
    if (outcome.type == OutcomeType::granted || outcome.type == OutcomeType::paid) money_came = true;
    if (!own) continue;
    const std::int64_t fen = outcome.amount_fen.value_or(0);
    const bool known = outcome.amount_fen.has_value();
    if (outcome.type == OutcomeType::paid) {
      paid = true;
      paid_known = paid_known || known;
      in_hand += fen;
      taken_away = false;
    }
    if (outcome.type == OutcomeType::granted) {
      granted = true;
      granted_known = granted_known || known;
      granted_fen += fen;
    }
    if (outcome.type == OutcomeType::returned || outcome.type == OutcomeType::recovered) {
      in_hand -= std::min(in_hand, fen);
      taken_away = outcome.type == OutcomeType::recovered;
    }
  }
  const bool to_be_paid_again = granted && paid_known && in_hand == 0 && !taken_away;
  if (paid && !to_be_paid_again) {
    worth.state = Worth::paid;
    if (paid_known) worth.fen = in_hand;
  } else if (granted || money_came) {
    worth.state = Worth::granted;
    if (granted_known || !granted) worth.fen = granted_fen;
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
  for (std::size_t i = 0; i < all.size(); ++i) {
    bool excluded = false;
    for (std::size_t k = 0; k < all.size() && !all[i].group.empty(); ++k) {
      if (k == i || all[k].group != all[i].group) continue;
      const bool alike = !counts_more(all[i], all[k]) && !counts_more(all[k], all[i]);
      excluded = excluded || counts_more(all[k], all[i]) || (alike && k < i);
    }
    if (!excluded) kept.push_back(all[i]);
  }
  return kept;
}

Measure measure_of(Worth::State state) {
  static constexpr std::array measures{Measure::benefit_conditional, Measure::benefit_estimated, Measure::benefit_confirmed,
                                       Measure::benefit_paid};
  return measures.at(state);
}

}  // namespace zhida::effect_service::verify
