#pragma once

#include "matching/engine/condition.hpp"
#include "matching/engine/kernels.hpp"
#include "matching/engine/key.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace zhida::matching::engine {

/// How a rule names a condition: by the number of its predicate and of the mask that says where it is unknown.
struct Operand {
  std::uint32_t predicate = 0;
  std::uint32_t unknown = 0;
  bool manual = false;  ///< unknown means that the office has not determined it
};

/// A condition that cel evaluates, with the rule it came from.
struct EvaluatedCondition {
  Rule rule;
  Condition condition;
  std::uint32_t predicate = 0;
  std::uint32_t unknown = 0;
};

/// Every distinct condition of the registered rules, as the steps by which the masks of a block are made. Append-only: what a number
/// names never changes.
///
/// Steps: atoms first (bounds of keys, words), then the predicates from atoms, then where each predicate is unknown.
struct PredicateTable {
  /// An atom: the attribute is known and its key is at least `least`. Atom 0 holds nowhere.
  struct Bound {
    std::uint32_t attribute = 0;
    Key least = least_key;
  };
  using Range = RangeStep;
  using Joined = JoinedStep;  ///< for ranges each two atoms are a pair of bounds
  /// A predicate that asks for presence only, or reads a bit.
  struct Plain {
    std::uint32_t predicate, unknown, attribute;
  };
  /// Where the condition is unknown: where an attribute is missing.
  struct Unknown {
    std::uint32_t unknown, attribute;
  };
  /// What a predicate is, for one profile.
  enum class Kind : std::uint8_t { never, always, range, ranges, any, none, all, not_all, known, missing, manual, dated, computed };
  struct Entry {
    Kind kind = Kind::never;
    std::uint32_t attribute = 0;
    std::uint32_t unknown = 0;
    std::uint32_t index = 0;  ///< into the vector of its kind
  };

  std::vector<Bound> bounds{Bound{}};
  std::uint32_t word_atoms = 1;  ///< word atom 0 holds nowhere
  std::vector<std::uint32_t> atoms;
  std::vector<Range> ranges;
  std::vector<Joined> several_ranges, any_words, no_words, all_words, not_all_words;
  std::vector<Plain> known, missing, manual;
  std::vector<std::shared_ptr<const EvaluatedCondition>> dated, computed;
  std::vector<Entry> entries;  ///< by predicate
  std::vector<Unknown> unknowns;
  std::uint32_t unknown_count = 1;  ///< mask 0: nowhere

  std::size_t size() const { return entries.size(); }
  std::size_t bytes() const;
};

/// The predicates that are there before any rule.
inline constexpr std::uint32_t never = 0, always = 1;

/// Which word atoms accept each word of one attribute. Immutable.
struct WordIndex {
  std::vector<std::uint32_t> set_of_word;  ///< by word: a set of atoms; words beyond the end are accepted by none
  std::vector<std::uint32_t> offsets;      ///< by set: its atoms stand from offsets[set] to offsets[set + 1]; set 0 is empty
  std::vector<std::uint32_t> atoms;

  std::uint32_t set_of(std::uint32_t word) const { return word < set_of_word.size() ? set_of_word[word] : 0; }
  std::span<const std::uint32_t> atoms_of(std::uint32_t set) const {
    return std::span(atoms).subspan(offsets[set], offsets[set + 1] - offsets[set]);
  }
  std::size_t sets() const { return offsets.size() - 1; }
};

}  // namespace zhida::matching::engine
