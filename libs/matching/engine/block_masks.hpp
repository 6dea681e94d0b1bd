#pragma once

#include "matching/engine/attributes.hpp"
#include "matching/engine/block.hpp"
#include "matching/engine/kernels.hpp"
#include "matching/engine/predicate_table.hpp"

#include <vector>

namespace zhida::matching::engine {

/// The ranges of dated predicates on one evaluation date, by their number in the table.
struct BoundDates {
  cel::Value asof;
  std::vector<KeyRange> ranges;
};
BoundDates bind(const PredicateTable& table, cel::Value asof);

/// Where a key column reaches `least`; nowhere for a missing column.
void at_least(const Kernels& with, const Column* column, Key least, Mask& result);

/// The value that a profile has for an attribute. Elements of lists are made in `arena`.
cel::Value value_at(const Attributes& attributes, const Block& block, std::uint32_t attribute, std::size_t i, cel::Arena& arena);

/// Evaluates a condition by cel for the profiles of a mask.
void evaluate(const EvaluatedCondition& evaluated, const Attributes& attributes, const Block& block, const Mask& profiles, cel::Value asof,
              Mask& holds, Mask& unknown);

/// The masks of all predicates of a table for one block. Holds scratch memory: make one for each thread and use it for many blocks.
class BlockMasks {
 public:
  explicit BlockMasks(const Kernels& with = kernels()) : kernels_(with) {}

  /// Decides every predicate for every profile of the block. `words` by attribute.
  void decide(const PredicateTable& table, const std::vector<std::shared_ptr<const WordIndex>>& words, const BoundDates& dates,
              const Attributes& attributes, const Block& block);

  MaskView view() const { return {possible_.data(), unknown_.data(), present_}; }

 private:
  void decide_atoms(const PredicateTable& table, const std::vector<std::shared_ptr<const WordIndex>>& words, const Block& block);
  void decide_word_atoms(const Column& column, const WordIndex& index);
  void decide_predicates(const PredicateTable& table, const Block& block);

  const Kernels& kernels_;
  std::vector<Mask> bounds_, words_, possible_, unknown_;
  Mask present_;
};

}  // namespace zhida::matching::engine
