#pragma once

#include "matching/decide.hpp"
#include "matching/engine/block_masks.hpp"
#include "matching/engine/epoch.hpp"

#include <vector>

namespace zhida::matching::engine {

/// What a condition or a rule is for one profile.
enum class Answer : std::uint8_t { no, open, yes };

/// What a rule comes to for one profile. From the first to the last: no, open, yes never sinks.
struct RuleAnswer {
  bool definite = false;
  bool favourable = false;  ///< if every open determination were favourable; what is missing counts as false
  bool possible = false;
};
Verdict verdict_of(const RuleAnswer& answer);

/// One profile, made ready to be asked for predicates one by one. Holds scratch memory: one for each thread.
class Probe {
 public:
  Probe(std::shared_ptr<const Epoch> epoch, cel::Value asof);

  /// Turns to a profile of the epoch. False when there is none of this number.
  bool load(ProfileId id);

  const Block& block() const { return *block_; }
  std::size_t bit() const { return bit_; }
  const BoundDates& dates() const { return dates_; }
  bool is_known(std::uint32_t attribute) const { return attribute < known_.size() && known_[attribute]; }
  /// Of a known number or bit.
  Key key(std::uint32_t attribute) const { return keys_[attribute]; }
  /// Of known text: its set of word atoms.
  std::uint32_t word_set(std::uint32_t attribute) const { return static_cast<std::uint32_t>(keys_[attribute]); }

  Answer ask(std::uint32_t predicate);
  /// A rule of a tree group.
  RuleAnswer ask_tree(std::span<const RuleGroup::Step> steps, const Operand* operands);
  /// What remains of a flat rule after its first `skip` singles; `so_far` is what these came to.
  RuleAnswer ask_flat(const RuleGroup& group, const NarrowOperand* operands, std::uint32_t skip, RuleAnswer so_far);

 private:
  bool accepted(std::uint32_t atom) const { return marks_[atom] == round_; }
  bool any_word(const PredicateTable::Joined& joined) const;
  bool all_words(const PredicateTable::Joined& joined) const;
  Answer compute(const EvaluatedCondition& evaluated);
  RuleAnswer ask_node(const RuleGroup::Step*& step, const Operand*& operand);
  void mark(std::uint32_t attribute, std::uint32_t word);

  std::shared_ptr<const Epoch> epoch_;
  const PredicateTable& table_;
  BoundDates dates_;
  const Block* block_ = nullptr;
  std::size_t bit_ = 0;
  std::vector<Key> keys_;
  std::vector<std::uint8_t> known_;
  std::vector<std::uint32_t> marks_;  ///< by word atom: the round in which a word of the profile was accepted
  std::uint32_t round_ = 0;
};

}  // namespace zhida::matching::engine
