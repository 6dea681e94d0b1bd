#pragma once

#include "matching/engine/kernels.hpp"
#include "matching/engine/rule_code.hpp"

#include <span>

namespace zhida::matching::engine {

/// What a rule comes to for the profiles of a block.
struct TreeRails {
  Mask definite;
  Mask favourable;  ///< true if every open determination were favourable; what is missing counts as false
  Mask possible;
  Mask near;  ///< exactly one condition short; open determinations do not count
};

/// Decides a rule of any form by its steps. For the few rules that the kernels' forms do not fit.
class TreeDecider {
 public:
  TreeRails decide(std::span<const RuleGroup::Step> steps, const Operand* operands, const MaskView& masks);

 private:
  TreeRails node(const MaskView& masks);

  const RuleGroup::Step* step_ = nullptr;
  const Operand* operand_ = nullptr;
};

}  // namespace zhida::matching::engine
