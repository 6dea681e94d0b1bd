#pragma once

#include "domain/policy/item.hpp"
#include "domain/policy/window.hpp"
#include "matching/decide.hpp"
#include "matching/explain.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace zhida::policy {

using Verdict = matching::Verdict;

/// A published version made ready to be decided. Immutable, cheap to copy.
struct CompiledItem {
  std::string id;
  std::shared_ptr<const ItemVersion> version;
  matching::Rule rule;
  std::optional<matching::Formula> formula;

  struct Compiled;
  /// `compiled.item` is empty exactly when there are diagnostics, of the rule or of the formula.
  static Compiled compile(std::shared_ptr<const matching::Language> language, std::string id, std::shared_ptr<const ItemVersion> version);
};

struct CompiledItem::Compiled {
  std::optional<CompiledItem> item;
  std::vector<cel::Diagnostic> rule, formula;
};

/// One enterprise as the rules see it.
struct Subject {
  std::span<const cel::Value> slots;  ///< by the dictionary's slots
  std::span<const matching::Determination> determinations;
};

/// What is decided about one enterprise and one item; the verdict does not depend on the window.
struct ItemDecision {
  Verdict verdict = Verdict::unknown;
  WindowState window = WindowState::closed;
  std::optional<std::int64_t> benefit;  ///< yuan; nothing = unknown
};

/// The same with its reasons.
struct ItemCheck {
  ItemDecision decision;
  matching::Explanation explanation;  ///< points into the item's rule
};

/// The estimated benefit in yuan: the formula rounded down, capped. Nothing without a formula, when a fact it reads is missing, or when
/// it yields no amount; a cap alone is a limit, not an estimate.
std::optional<std::int64_t> estimate(const CompiledItem& item, std::span<const cel::Value> slots, cel::Value asof, cel::Arena& arena);

/// `date` is the evaluation date. An ineligible enterprise has no benefit: what is decided here is summed up later.
ItemDecision decide_item(const CompiledItem& item, const Subject& subject, domain::Date date, cel::Arena& arena);

/// `decide_item` with reasons; verdict and window agree. For an ineligible enterprise the benefit is what it would be.
ItemCheck check_item(const CompiledItem& item, const Subject& subject, domain::Date date, cel::Arena& arena);

/// `check_item` for an enterprise of which is known already that it is eligible: nothing is missing then, and nothing fails. The tree of
/// the explanation is left out. Not for a rule that says itself where its manual conditions stand: some of them may be open.
ItemCheck check_eligible(const CompiledItem& item, const Subject& subject, domain::Date date, cel::Arena& arena);

}  // namespace zhida::policy

template <>
struct zhida::domain::EnumNames<zhida::policy::Verdict> {
  static constexpr std::array<std::string_view, 4> names{"eligible", "manual", "unknown", "ineligible"};
};
