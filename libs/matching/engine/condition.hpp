#pragma once

#include "matching/engine/key.hpp"
#include "matching/rule.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace zhida::matching::engine {

/// How a condition of a rule is decided.
enum class ConditionKind : std::uint8_t {
  always,     ///< a literal: true, or false when negated
  known,      ///< `has`: whether the attribute is known; itself never unknown
  keys,       ///< the value's key lies in one of `ranges`
  dated,      ///< the same, with one range that hangs on the evaluation date: `years_since(p.established, asof) >= 3`
  words,      ///< the text, or some element of the list, is a word that one of `words` accepts
  all_words,  ///< the list holds every one of `words`
  manual,     ///< an office's determination says so; open while there is none
  computed,   ///< whatever bits cannot express: evaluated by cel, profile by profile
};

/// Which words of an attribute a condition accepts.
struct WordTest {
  enum class Kind : std::uint8_t {
    literal,     ///< the word `text`
    prefix,      ///< words that start with `text`
    expression,  ///< words for which the condition, printed as `text`, holds: `under(p.industry, "39")`
  };
  Kind kind = Kind::literal;
  std::string text;
  auto operator<=>(const WordTest&) const = default;
};

/// One condition of a rule in the form in which it is decided. It is unknown exactly where its attribute is missing, except for `computed`
/// (unknown where its evaluation is) and for `known` and `always` (never).
struct Condition {
  ConditionKind kind = ConditionKind::always;
  bool negated = false;               ///< for words, all_words, known, always and computed
  std::uint32_t attribute = 0;        ///< slot; for manual the number of the condition's name in the rule
  std::vector<KeyRange> ranges;       ///< of keys: sorted, apart, none of them empty
  std::vector<WordTest> words;        ///< sorted, each once
  cel::NodeId node = 0;               ///< what to evaluate, without an outer negation; for dated, computed and expressions
  std::string text;                   ///< `node` as CEL, where it is evaluated
  std::vector<std::uint32_t> leaves;  ///< the leaves of the rule that it stands for; empty for manual conditions
};

/// A node of a rule's tree. Children before parents, the root last.
struct ConditionNode {
  enum class Kind : std::uint8_t { leaf, all, any };
  Kind kind = Kind::leaf;
  std::uint32_t condition = 0;          ///< of a leaf
  std::vector<std::uint32_t> children;  ///< two or more, none of the node's own kind
};

/// A rule as conditions and a tree of `all` and `any` over them, its manual conditions included.
struct LoweredRule {
  Rule rule;
  std::vector<Condition> conditions;
  std::vector<ConditionNode> nodes;
};

/// Turns a checked rule into conditions. Conditions that bits can express:
/// comparisons and `in` of one attribute with constants, `has`, membership in lists, any total expression over one text attribute or over
/// the elements of one list (decided once for each word), and comparisons of a total function that rises or falls with a number or date.
/// Bounds on both sides of one number become one range, alternatives over one attribute one condition.
LoweredRule lower(Rule rule);

/// The range of keys for which a dated condition holds on a date; empty when there is none.
KeyRange range_at(const Rule& rule, const Condition& condition, cel::Value asof);

/// Whether a word, given as text or as the only element of a list, makes the expression of the condition true.
bool accepts(const Rule& rule, const Condition& condition, std::string_view word);

}  // namespace zhida::matching::engine
