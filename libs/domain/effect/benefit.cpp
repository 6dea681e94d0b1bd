#include "domain/effect/benefit.hpp"

#include <algorithm>
#include <tuple>

namespace zhida::effect {
namespace {

using delivery::OutcomeType;

/// Sum of the amounts that are known, if any is, less what went back. More than there is cannot go back: the rest is another payment's.
struct Sum {
  bool any = false;
  std::optional<std::int64_t> fen;

  void add(const delivery::OutcomeFact& outcome) {
    any = true;
    if (outcome.amount_fen) fen = fen.value_or(0) + *outcome.amount_fen;
  }
  void take_back(const delivery::OutcomeFact& outcome) {
    if (fen) fen = std::max<std::int64_t>(*fen - outcome.amount_fen.value_or(0), 0);
  }
};

}  // namespace

std::optional<Benefit> benefit(std::uint64_t item, std::uint64_t group, const delivery::ItemDecision* decision,
                               std::optional<delivery::Instant> since, std::span<const delivery::OutcomeFact> outcomes,
                               const std::vector<bool>& credited) {
  Sum granted, paid;
  bool rejected = false, settled = false, recovered = false;
  delivery::Instant settled_at{};
  for (std::size_t i = 0; since && i < outcomes.size(); ++i) {
    const delivery::OutcomeFact& outcome = outcomes[i];
    if (outcome.item != item || outcome.at < *since) continue;
    switch (outcome.type) {
      case OutcomeType::applied:
        rejected = false;
        break;
      case OutcomeType::rejected:
        rejected = true;
        break;
      case OutcomeType::granted:
        rejected = false;
        settled = true;
        if (credited[i] || !granted.any) settled_at = outcome.at;
        if (credited[i]) granted.add(outcome);
        break;
      case OutcomeType::paid:
        if (!settled) settled_at = outcome.at;
        settled = true;
        if (!credited[i]) break;
        paid.add(outcome);
        recovered = false;
        break;
      case OutcomeType::recovered:
      case OutcomeType::returned:
        if (!credited[i]) break;
        paid.take_back(outcome);
        recovered = outcome.type == OutcomeType::recovered;
        break;
    }
  }
  Benefit worth;
  worth.item = item;
  worth.group = group;
  const bool nothing_left = paid.fen == 0;
  // What was returned is still granted, to be paid once more; what was recovered is gone.
  if (paid.any && !(nothing_left && granted.any && !recovered)) {
    worth.state = BenefitState::paid;
    worth.fen = paid.fen;
    return worth;
  }
  if (granted.any || settled) {
    worth.state = BenefitState::confirmed;
    worth.fen = granted.any ? granted.fen : 0;
    worth.at = settled_at;
    return worth;
  }
  if (rejected || decision == nullptr) return std::nullopt;
  if (decision->verdict != delivery::Verdict::eligible && decision->verdict != delivery::Verdict::manual) return std::nullopt;
  worth.state = decision->verdict == delivery::Verdict::eligible ? BenefitState::estimated : BenefitState::conditional;
  if (decision->benefit) worth.fen = *decision->benefit * 100;
  return worth;
}

bool counts_before(const Benefit& a, const Benefit& b) {
  if (a.state != b.state) return a.state > b.state;
  if (a.fen != b.fen) return a.fen > b.fen;  // nothing is less than any amount
  return a.item < b.item;
}

std::vector<Benefit> without_excluded(std::vector<Benefit> benefits) {
  std::sort(benefits.begin(), benefits.end(), [](const Benefit& a, const Benefit& b) {
    if (a.group != b.group) return a.group < b.group;
    return counts_before(a, b);
  });
  const auto end =
      std::unique(benefits.begin(), benefits.end(), [](const Benefit& a, const Benefit& b) { return a.group != 0 && a.group == b.group; });
  benefits.erase(end, benefits.end());
  return benefits;
}

}  // namespace zhida::effect
