#pragma once

#include "matching/engine/attributes.hpp"
#include "matching/engine/block.hpp"
#include "matching/engine/predicate_table.hpp"
#include "matching/engine/rule_code.hpp"

#include <memory>
#include <vector>

namespace zhida::matching::engine {

/// The caller's number of a profile: bit `id % 512` of block `id / 512`. Numbers should be dense.
using ProfileId = std::uint32_t;

struct RowIndex;
struct BoundRows;

/// Rules that were compiled together.
struct Segment {
  std::shared_ptr<const RuleCode> code;
  std::shared_ptr<const std::vector<std::uint64_t>> dead;  ///< bit by position: removed or replaced since; null = none
  std::shared_ptr<const BoundRows> rows;                   ///< for one profile against all rules; null in the delta

  bool is_dead(std::size_t position) const { return dead && ((*dead)[position / 64] >> (position % 64) & 1); }
  std::size_t living() const;  ///< how many are not dead
};

/// Everything a reader needs, as it was at one moment. Immutable; holds on to what it refers to.
/// The last segment is the delta: the rules that came since the last full segment was built.
struct Epoch {
  std::shared_ptr<const Attributes> attributes;
  std::shared_ptr<const PredicateTable> predicates;
  std::vector<std::shared_ptr<const WordIndex>> words;  ///< by attribute; null where no rule asks for words
  std::vector<Segment> segments;
  std::vector<std::shared_ptr<const Block>> blocks;
  std::uint64_t number = 0;
  std::uint64_t block_generation = 0;  ///< grows when some block changes

  std::size_t rules() const;  ///< positions, the dead ones included
  std::size_t profiles() const { return blocks.size() * block_size; }
  RuleId greatest_rule = 0;  ///< no rule has a greater number
};

}  // namespace zhida::matching::engine
