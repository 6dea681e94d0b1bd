#pragma once

#include "matching/engine/kernels.hpp"
#include "matching/engine/predicate_table.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace zhida::matching::engine {

/// The caller's number of a rule. Numbers should be dense: memory grows with the greatest.
using RuleId = std::uint32_t;

/// A rule as a tree over operands.
struct RuleTree {
  struct Node {
    ConditionNode::Kind kind = ConditionNode::Kind::leaf;
    Operand operand;
    std::vector<std::uint32_t> children;
  };
  std::vector<Node> nodes;  ///< children before parents, the root last
};

/// Rules that are decided by the same steps.
struct RuleGroup {
  enum class Form : std::uint8_t {
    flat,  ///< narrow operands: singles, then terms (see RuleRun)
    tree,  ///< wide operands, decided step by step
  };
  /// A step of a tree: go into a node, take the next operand, or leave the node.
  enum class Step : std::uint8_t { all, any, leaf, end };

  Form form = Form::flat;
  std::uint32_t first = 0;  ///< position of the first rule
  std::uint32_t rules = 0;
  std::uint32_t singles = 0;        ///< flat: operands that are conditions of the rule by themselves
  std::uint32_t row_singles = 0;    ///< how many of them, from the first on, the rows of a segment can decide
  std::uint32_t stride = 0;         ///< operands per rule
  std::size_t operands = 0;         ///< where its operands begin
  std::vector<std::uint8_t> terms;  ///< flat
  std::size_t term_count = 0;
  bool row_term = false;    ///< its one term is alternatives that rows can decide
  std::vector<Step> steps;  ///< tree
  bool manual = false;      ///< some operand is an office's
};

/// Immutable code of many rules, grouped so that rules of one shape stand together; the groups with `row_term` come first.
struct RuleCode {
  std::vector<RuleGroup> groups;
  std::vector<NarrowOperand> narrow;  ///< of flat groups, padded for prefetching
  std::vector<Operand> wide;          ///< of trees
  std::vector<RuleId> ids;            ///< by position

  std::size_t size() const { return ids.size(); }
  RuleRun run(const RuleGroup& group) const {
    return {narrow.data() + group.operands, group.rules, group.singles, group.stride, group.terms.data(), group.term_count};
  }
  std::size_t bytes() const;
};

/// A rule to encode.
struct NumberedRule {
  RuleId id;
  std::shared_ptr<const RuleTree> tree;
};

/// Groups the rules by shape. Which single conditions come first is told by the kind of their predicate in `table`.
RuleCode encode(std::span<const NumberedRule> rules, const PredicateTable& table);

/// Whether the rows of a segment can decide a single condition of this kind.
bool has_row(PredicateTable::Kind kind);

}  // namespace zhida::matching::engine
