#pragma once

#include "matching/engine/column.hpp"
#include "matching/engine/epoch.hpp"

#include <map>
#include <memory>
#include <vector>

namespace zhida::matching::engine {

/// A row: one bit for each position of a segment, padded to whole cache lines.
using Row = AlignedBytes;

/// For one profile against all rules of a segment: for every attribute and every part of its values that the segment's conditions can
/// tell apart (a cell), the rules that the attribute does not rule out. The AND of a profile's rows is where nothing is false; only
/// alternatives and conditions without rows remain to be looked at. Immutable.
///
/// Memory: one bit per rule and cell, about 1.3 KB a rule with 40 attributes in use.
class RowIndex {
 public:
  RowIndex(const RuleCode& code, const PredicateTable& table, const Attributes& attributes);

  /// Words in one row.
  std::size_t words() const { return words_; }
  std::size_t bytes() const;

 private:
  friend struct BoundRows;
  friend class PageMatch;

  /// Conditions of one predicate.
  struct Users {
    std::uint32_t predicate;
    std::vector<std::uint32_t> positions;
  };
  struct NumberRows {
    std::uint32_t attribute;
    std::vector<Key> edges;  ///< cell i holds the keys below edges[i] and at or above edges[i - 1]
    Row rows;                ///< one after the other, by cell
    Row uses;                ///< rules with a condition on the attribute
  };
  struct WordRows {
    std::uint32_t attribute;
    std::vector<std::uint32_t> atoms;  ///< that the segment's conditions name, ascending
    struct Condition {
      bool none;
      std::vector<std::uint32_t> atoms;  ///< ascending
      std::vector<std::uint32_t> positions;
    };
    std::vector<Condition> conditions;
    Row uses;
  };
  struct ListRows {
    std::uint32_t attribute;
    std::vector<std::uint32_t> number_of_atom;  ///< 0 = none of the segment's
    std::vector<Row> any, none;                 ///< by number: rules that ask for, or exclude, a word of the atom
    Row satisfied;                              ///< rules that ask for no word
    Row uses;
  };

  Row row(bool set) const;
  void add_numbers(std::uint32_t attribute, const std::vector<Users>& users, const PredicateTable& table);
  void add_words(std::uint32_t attribute, const std::vector<Users>& users, const PredicateTable& table);
  void add_lists(std::uint32_t attribute, const std::vector<Users>& users, const PredicateTable& table);
  Row uses(const std::vector<Users>& users) const;

  std::size_t words_;
  std::vector<NumberRows> numbers_;
  std::vector<WordRows> texts_;
  std::vector<ListRows> lists_;
};

/// The rows of text attributes for the words there are in an epoch.
struct BoundRows {
  using Cells = std::map<std::vector<std::uint32_t>, std::shared_ptr<const Row>>;
  struct Text {
    std::shared_ptr<const WordIndex> words;
    std::vector<const std::uint64_t*> row_of_set;
    Cells cells;  ///< by the atoms that the segment knows
  };
  std::shared_ptr<const RowIndex> index;
  std::vector<Text> texts;  ///< as in the index

  /// Takes over what `previous`, of the same index, has already made; the same object when nothing changed.
  static std::shared_ptr<const BoundRows> bind(std::shared_ptr<const RowIndex> index,
                                               const std::vector<std::shared_ptr<const WordIndex>>& words,
                                               const std::shared_ptr<const BoundRows>& previous);
  std::size_t bytes() const;
};

}  // namespace zhida::matching::engine
