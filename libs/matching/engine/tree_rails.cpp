#include "matching/engine/tree_rails.hpp"

namespace zhida::matching::engine {
namespace {

using Step = RuleGroup::Step;

TreeRails leaf(const Operand& operand, const MaskView& masks) {
  const Mask& possible = masks.possible[operand.predicate];
  const Mask& unknown = masks.unknown[operand.unknown];
  const Mask definite = possible & ~unknown;
  return {definite, operand.manual ? possible : definite, possible, ~possible};
}

}  // namespace

TreeRails TreeDecider::decide(std::span<const Step> steps, const Operand* operands, const MaskView& masks) {
  step_ = steps.data();
  operand_ = operands;
  TreeRails rails = node(masks);
  rails.definite &= masks.present;
  rails.favourable &= masks.present;
  rails.possible &= masks.present;
  rails.near &= masks.present;
  return rails;
}

TreeRails TreeDecider::node(const MaskView& masks) {
  const Step step = *step_++;
  if (step == Step::leaf) return leaf(*operand_++, masks);
  const bool all = step == Step::all;
  const Mask start = all ? Mask::all() : Mask::none();
  TreeRails result{start, start, start, Mask::none()};
  while (*step_ != Step::end) {
    const TreeRails child = node(masks);
    if (all) {
      // An open determination is no condition that is short: what it leaves open counts as true.
      result.near = (result.near & child.favourable) | (result.favourable & child.near);
      result.definite &= child.definite;
      result.favourable &= child.favourable;
      result.possible &= child.possible;
    } else {
      result.near |= child.near;
      result.definite |= child.definite;
      result.favourable |= child.favourable;
      result.possible |= child.possible;
    }
  }
  ++step_;
  if (!all) result.near &= ~result.possible;
  return result;
}

}  // namespace zhida::matching::engine
