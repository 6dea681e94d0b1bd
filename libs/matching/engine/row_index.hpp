#pragma once

#include "matching/engine/row_set.hpp"
#include "matching/engine/rule_code.hpp"

#include <memory>
#include <vector>

namespace zhida::matching::engine {

/// For one profile against all rules of a segment: rows of the single conditions of its rules, and of the alternatives of those rules
/// whose one term rows can decide. What other terms and conditions remain has to be looked at rule by rule. Immutable.
///
/// Memory: one bit per rule and cell.
struct RowIndex {
  RowIndex(const RuleCode& code, const PredicateTable& table, const Attributes& attributes);

  RowSet singles;       ///< of all positions
  RowSet alternatives;  ///< of the first positions, those of groups with `row_term`
  Row no_alternatives;  ///< positions within the rows of `alternatives` that have none
};

/// A row index and the rows of its text attributes for the words there are in an epoch.
struct BoundRows {
  std::shared_ptr<const RowIndex> index;
  BoundTexts singles, alternatives;

  /// Takes over what `previous`, of the same index, has already made.
  static std::shared_ptr<const BoundRows> bind(std::shared_ptr<const RowIndex> index,
                                               const std::vector<std::shared_ptr<const WordIndex>>& words,
                                               std::shared_ptr<const BoundRows> previous);
  std::size_t bytes() const;
};

}  // namespace zhida::matching::engine
