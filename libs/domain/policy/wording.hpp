#pragma once

#include "domain/enterprise/regions.hpp"
#include "matching/rule.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace zhida::policy {

/// Puts the parts of one rule into Chinese: conditions (what holds) and terms (what has a value). Used by `rule_zh`.
/// wording.cpp has conditions, comparison_words.cpp comparisons and memberships, term_words.cpp terms.
class Wording {
 public:
  /// Of a rule's own tree.
  Wording(const matching::Rule& rule, const enterprise::Regions& regions)
      : rule_(rule), ast_(rule.program().ast()), dictionary_(rule.language().dictionary()), regions_(regions) {}

  /// A part of a sentence; `nested`: parentheses around conjunctions and alternatives.
  std::string condition(cel::NodeId id, bool nested);

 private:
  using NodeId = cel::NodeId;

  // Conditions.
  std::string chain(NodeId id, bool nested);
  std::string leaf(NodeId id, bool negated);
  std::string yes_no(NodeId id, bool negated);
  std::string call_condition(NodeId id, bool negated);
  std::string quantified(NodeId id, bool negated);
  std::string inside(NodeId body, const matching::Attribute* element);
  bool is_under(NodeId id) const;

  // Comparisons and memberships.
  std::string comparison(NodeId id, bool negated);
  std::string membership(NodeId id, bool negated);
  std::string one_of(NodeId list, const matching::Attribute* attribute, bool negated);
  std::string ordered(NodeId left, cel::NodeKind kind, NodeId right);
  std::string unit_of(NodeId id) const;

  // Terms.
  std::string term(NodeId id, const matching::Attribute* of = nullptr);
  std::string operand(NodeId id);
  std::string arithmetic(NodeId id);
  std::string call_term(NodeId id);
  std::string literal(const cel::Value& value, const matching::Attribute* of, std::string_view unit) const;
  std::string word(std::string_view code, const matching::Attribute* of) const;
  std::vector<std::string> words(NodeId list, const matching::Attribute* of);
  std::string local_name(std::uint32_t number) const;

  /// The attribute that a node's value, or a list's elements, come from; nullptr for anything computed.
  const matching::Attribute* attribute_of(NodeId id) const;
  bool is_constant(NodeId id) const;
  bool reads_attribute(NodeId id) const;
  /// `timestamp("…")` and the like on a literal: the value; missing for anything else.
  cel::Value constant_of(NodeId id) const;

  const matching::Rule& rule_;
  const cel::Ast& ast_;
  const matching::Dictionary& dictionary_;
  const enterprise::Regions& regions_;
  std::vector<const matching::Attribute*> locals_;  ///< by number: what the elements that a macro runs over come from
};

/// 甲、乙、丙.
std::string enumerated(std::span<const std::string> words);

}  // namespace zhida::policy
