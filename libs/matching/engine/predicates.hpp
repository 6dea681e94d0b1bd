#pragma once

#include "matching/engine/attributes.hpp"
#include "matching/engine/predicate_table.hpp"

#include <map>
#include <string>
#include <unordered_map>

namespace zhida::matching::engine {

/// Gives equal conditions of all rules one number, and keeps for each word of the vocabularies which of them accept it.
/// The writer's side; readers are given snapshots.
class Predicates {
 public:
  explicit Predicates(Attributes& attributes);

  /// The operand for a condition of a rule; interns its words.
  Operand add(const LoweredRule& rule, const Condition& condition);

  /// Brings the word indices up to date with the words and atoms that came since.
  void refresh();

  const PredicateTable& table() const { return table_; }
  /// By attribute; null where no rule asks for words.
  const std::vector<std::shared_ptr<const WordIndex>>& words() const { return indices_; }

 private:
  struct WordAtom {
    std::uint32_t atom;
    WordTest test;
    std::shared_ptr<const EvaluatedCondition> expression;
  };
  /// The word atoms of one attribute.
  struct Words {
    std::map<WordTest, std::uint32_t> numbers;
    std::vector<WordAtom> atoms;
    std::vector<std::vector<std::uint32_t>> atoms_of_word;
    bool changed = false;
  };

  std::uint32_t unknown_of(std::uint32_t attribute);
  std::uint32_t bound(std::uint32_t attribute, Key least);
  std::uint32_t word_atom(const LoweredRule& rule, const Condition& condition, const WordTest& test);
  std::uint32_t joined(std::vector<PredicateTable::Joined>& to, std::uint32_t predicate, std::uint32_t unknown,
                       const std::vector<std::uint32_t>& atoms);
  void see_new_words(std::uint32_t attribute);
  void accept(Words& words, const WordAtom& atom, std::uint32_t attribute, std::uint32_t word);
  void define(const LoweredRule& rule, const Condition& condition, std::uint32_t attribute, PredicateTable::Entry& entry,
              std::uint32_t predicate);

  Attributes& attributes_;
  PredicateTable table_;
  std::unordered_map<std::string, std::uint32_t> numbers_;
  std::map<std::pair<std::uint32_t, Key>, std::uint32_t> bounds_;
  std::unordered_map<std::uint32_t, std::uint32_t> unknowns_;
  std::vector<Words> words_;
  std::vector<std::shared_ptr<const WordIndex>> indices_;
};

}  // namespace zhida::matching::engine
