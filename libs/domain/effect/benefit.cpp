#include "domain/effect/benefit.hpp"

#include <algorithm>
#include <tuple>

namespace zhida::effect {
namespace {

using delivery::OutcomeType;

/// Sum of the amounts that are known, if any is.
struct Sum {
  bool any = false;
  std::optional<std::int64_t> fen;

  void add(const delivery::OutcomeFact& outcome) {
    any = true;
    if (outcome.amount_fen) fen = fen.value_or(0) + *outcome.amount_fen;
  }
};

}  // namespace

std::optional<Benefit> benefit(std::uint64_t item, std::uint64_t group, const delivery::ItemDecision* decision,
                               std::optional<delivery::Instant> since, std::span<const delivery::OutcomeFact> outcomes) {
  Sum granted, paid;
  std::int64_t back = 0;
  bool rejected = false;
  delivery::Instant granted_at{};
  if (since) {
    for (const delivery::OutcomeFact& outcome : outcomes) {
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
          granted.add(outcome);
          granted_at = outcome.at;
          break;
        case OutcomeType::paid:
          paid.add(outcome);
          break;
        case OutcomeType::returned:
        case OutcomeType::recovered:
          back += outcome.amount_fen.value_or(0);
          break;
      }
    }
  }
  Benefit worth;
  worth.item = item;
  worth.group = group;
  if (paid.any && (!paid.fen || *paid.fen > back)) {
    worth.state = BenefitState::paid;
    if (paid.fen) worth.fen = *paid.fen - back;
    return worth;
  }
  if (granted.any) {
    worth.state = BenefitState::confirmed;
    worth.fen = granted.fen;
    worth.at = granted_at;
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
