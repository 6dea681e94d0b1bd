#pragma once

#include "matching/engine/attributes.hpp"
#include "matching/engine/column.hpp"
#include "matching/engine/predicate_table.hpp"

#include <map>
#include <memory>
#include <vector>

namespace zhida::matching::engine {

/// A row: one bit for each of some positions of a segment, padded to whole cache lines.
using Row = AlignedBytes;

/// One condition of the rule at a position (counted from the first of its rows).
struct RowCondition {
  std::uint32_t position;
  std::uint32_t predicate;  ///< has_row(kind)
};

/// For every attribute and every part of its values that the conditions can tell apart (a cell), a row of rules. Immutable.
struct RowSet {
  enum class Mode : std::uint8_t {
    all,  ///< the rules that the attribute does not rule out: the AND of a profile's rows is where nothing is false
    any,  ///< the rules of which it satisfies an alternative: the OR of a profile's rows is where something is true
  };
  struct Numbers {
    std::uint32_t attribute;
    std::vector<Key> edges;  ///< cell i holds the keys below edges[i] and at or above edges[i - 1]
    Row rows;                ///< one after the other, by cell
    Row uses;                ///< rules with a condition on the attribute
  };
  /// Text: the rows depend on the words there are, and are made when an epoch is bound.
  struct Texts {
    struct Condition {
      bool none;
      std::vector<std::uint32_t> atoms;  ///< ascending
      std::vector<std::uint32_t> positions;
    };
    std::uint32_t attribute;
    std::vector<std::uint32_t> atoms;  ///< that the conditions name, ascending
    std::vector<Condition> conditions;
    Row uses;
  };
  struct Lists {
    std::uint32_t attribute;
    std::vector<std::uint32_t> number_of_atom;  ///< 0 = not named by any condition
    std::vector<Row> any, none;                 ///< by number: rules that ask for, or exclude, a word of the atom
    Row asks, excludes;                         ///< rules that ask for words, and that exclude words
    Row uses;
  };

  RowSet(Mode with_mode, std::size_t positions, const std::vector<RowCondition>& conditions, const PredicateTable& table,
         const Attributes& attributes);
  Row row(bool set) const;
  std::size_t bytes() const;

  Mode mode;
  std::size_t words;  ///< in one row
  std::vector<Numbers> numbers;
  std::vector<Texts> texts;
  std::vector<Lists> lists;

 private:
  struct Users {
    std::uint32_t predicate;
    std::vector<std::uint32_t> positions;
  };
  void add_numbers(std::uint32_t attribute, const std::vector<Users>& users, const PredicateTable& table);
  void add_texts(std::uint32_t attribute, const std::vector<Users>& users, const PredicateTable& table);
  void add_lists(std::uint32_t attribute, const std::vector<Users>& users, const PredicateTable& table);
  Row uses_of(const std::vector<Users>& users) const;
};

/// The rows of text attributes for the words there are in an epoch.
struct BoundTexts {
  using Cells = std::map<std::vector<std::uint32_t>, std::shared_ptr<const Row>>;
  struct Text {
    std::shared_ptr<const WordIndex> words;
    std::vector<const std::uint64_t*> row_of_set;
    Cells cells;  ///< by the atoms that the conditions name
  };
  std::vector<Text> texts;  ///< as in the set
  std::size_t bytes(const RowSet& set) const;
};

/// Rows for all sets of atoms that words have; takes over what `previous` has already made.
BoundTexts bind(const RowSet& set, const std::vector<std::shared_ptr<const WordIndex>>& words, const BoundTexts* previous);

}  // namespace zhida::matching::engine
