#include "domain/policy/check.hpp"

#include "matching/date.hpp"

#include <algorithm>

namespace zhida::policy {

CompiledItem::Compiled CompiledItem::compile(std::shared_ptr<const matching::Language> language, std::string id,
                                             std::shared_ptr<const ItemVersion> version) {
  Compiled compiled;
  const ItemContent& content = version->content;
  auto rule = matching::Rule::compile(language, content.rule, content.manual);
  compiled.rule = std::move(rule.diagnostics);
  std::optional<matching::Formula> formula;
  if (content.benefit && content.benefit->formula) {
    auto read = matching::Formula::compile(language, *content.benefit->formula);
    compiled.formula = std::move(read.diagnostics);
    formula = std::move(read.formula);
  }
  if (compiled.rule.empty() && compiled.formula.empty())
    compiled.item = CompiledItem{std::move(id), std::move(version), std::move(*rule.rule), std::move(formula)};
  return compiled;
}

std::optional<std::int64_t> estimate(const CompiledItem& item, std::span<const cel::Value> slots, cel::Value asof, cel::Arena& arena) {
  if (!item.formula) return std::nullopt;
  const auto amount = item.formula->amount(slots, asof, arena);
  const auto& cap = item.version->content.benefit->cap;
  if (!amount || !cap) return amount;
  return std::min(*amount, *cap);
}

ItemDecision decide_item(const CompiledItem& item, const Subject& subject, domain::Date date, cel::Arena& arena) {
  const cel::Value asof = matching::midnight(date);
  ItemDecision decision;
  decision.verdict = matching::decide(item.rule, subject.slots, subject.determinations, asof, arena);
  decision.window = window_at(item.version->content, date);
  if (decision.verdict != Verdict::ineligible) decision.benefit = estimate(item, subject.slots, asof, arena);
  return decision;
}

ItemCheck check_item(const CompiledItem& item, const Subject& subject, domain::Date date, cel::Arena& arena) {
  const cel::Value asof = matching::midnight(date);
  ItemCheck check;
  check.explanation = matching::explain(item.rule, subject.slots, subject.determinations, asof, arena);
  check.decision.verdict = check.explanation.verdict;
  check.decision.window = window_at(item.version->content, date);
  check.decision.benefit = estimate(item, subject.slots, asof, arena);
  return check;
}

ItemCheck check_eligible(const CompiledItem& item, const Subject& subject, domain::Date date, cel::Arena& arena) {
  ItemCheck check;
  check.explanation.verdict = check.decision.verdict = Verdict::eligible;
  check.decision.window = window_at(item.version->content, date);
  check.decision.benefit = estimate(item, subject.slots, matching::midnight(date), arena);
  return check;
}

}  // namespace zhida::policy
