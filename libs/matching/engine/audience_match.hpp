#pragma once

#include "matching/engine/audience_plan.hpp"
#include "matching/engine/mask_cache.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace zhida::matching::engine {

/// What one rule comes to for the profiles of a block.
struct BlockVerdicts {
  Mask eligible, manual, unknown;
};

/// How many profiles there are of each verdict.
struct AudienceCounts {
  std::uint64_t eligible = 0, manual = 0, unknown = 0, ineligible = 0;
  bool operator==(const AudienceCounts&) const = default;
};

/// One rule against all profiles, block by block. One for each thread and plan.
class AudienceMatch {
 public:
  /// With a cache, masks of conditions are taken from it and kept in it; without, columns are read and conditions that cannot matter any
  /// more are left out.
  explicit AudienceMatch(std::shared_ptr<const AudiencePlan> plan, MaskCache* cache = nullptr, const Kernels& with = kernels());

  std::size_t blocks() const { return plan_->epoch->blocks.size(); }
  const AudiencePlan& plan() const { return *plan_; }

  BlockVerdicts decide(std::size_t block);
  AudienceCounts count();
  /// Only how many are eligible.
  std::uint64_t count_eligible();

  /// The truth of one condition for the block last decided.
  const Truth& condition(std::uint32_t number);
  /// Who in the block last decided would be eligible (or open to an office's answer only) if this condition held, and is ineligible only
  /// because it does not.
  Mask one_short_of(std::uint32_t condition);
  /// Who is one condition short of any.
  Mask one_short();

 private:
  /// What a node of the tree comes to.
  struct NodeRails {
    Mask definite, favourable, possible;
  };
  /// What is said of others than `candidates` is not meant.
  NodeRails node(std::uint32_t number, std::uint32_t flipped, const Mask& candidates);
  /// Which of the candidates a node is true for: narrows them by what is unknown too, which `node` must not.
  Mask definite(std::uint32_t number, const Mask& candidates);
  /// A condition from its column.
  Truth read(std::uint32_t condition, const Mask& candidates);
  NodeRails leaf(std::uint32_t condition, std::uint32_t flipped, const Mask& candidates);
  void use_kept();
  void begin(std::size_t block);
  /// Where blocks are decided one after the other: fetches what those after this one will need.
  void fetch_ahead(std::size_t block);
  void learn_order();
  static constexpr std::uint32_t none = 0xFFFFFFFF;

  std::shared_ptr<const AudiencePlan> plan_;
  const Kernels& kernels_;
  std::vector<std::shared_ptr<const CachedMasks>> definite_, missing_;  ///< by condition; null where not cached
  std::size_t block_ = 0;
  std::vector<Truth> truths_;
  std::vector<std::uint8_t> done_;
  std::vector<std::uint8_t> read_;                    ///< by condition: whether the last block had its column read
  std::vector<std::vector<std::uint32_t>> children_;  ///< by node, those that rule out most first
  NodeRails root_;

  /// Where all masks are kept and the rule has the form of the kernels: its operands in their order.
  bool has_run_ = false;
  std::shared_ptr<const CachedMasks> present_;
  std::vector<const Mask*> run_definite_, run_unknown_;
  std::vector<std::uint8_t> terms_;
  std::size_t term_count_ = 0;
  std::uint32_t singles_ = 0;
  KeptRun run() const { return {present_->masks.data(), run_definite_.data(), run_unknown_.data(), singles_, terms_.data(), term_count_}; }
};

}  // namespace zhida::matching::engine
