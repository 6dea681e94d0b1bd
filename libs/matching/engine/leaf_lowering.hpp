#pragma once

#include "matching/engine/condition.hpp"

#include <optional>
#include <vector>

namespace zhida::matching::engine {

/// Turns single leaves of a normalised rule into conditions.
class LeafLowering {
 public:
  /// The rule must outlive it.
  explicit LeafLowering(const Rule& rule) : rule_(rule), ast_(rule.program().ast()) {}
  Condition lower(cel::NodeId leaf);

 private:
  const Attribute& attribute(std::uint32_t slot) const { return rule_.language().dictionary()[slot]; }
  KeyRange whole_of(std::uint32_t slot) const { return keys_of(attribute(slot).type.scalar); }
  bool is_slot(cel::NodeId id) const { return ast_[id].binding == cel::Binding::slot; }
  bool is_keyed(std::uint32_t slot) const { return has_key(attribute(slot).type); }
  bool is_list(std::uint32_t slot) const { return attribute(slot).type == cel::string_list_type; }
  bool has_words(std::uint32_t slot) const { return attribute(slot).type == cel::string_type || is_list(slot); }
  bool is_local(cel::NodeId id, const cel::Node& macro) const {
    return ast_[id].binding == cel::Binding::local && ast_[id].slot == macro.slot;
  }
  bool reads_presence(cel::NodeId id) const;
  bool rises_or_falls(cel::NodeId id) const;

  /// The value of a subtree that reads nothing; missing when there is none.
  cel::Value constant(cel::NodeId id);
  /// The literal words of a constant list of text.
  std::optional<std::vector<WordTest>> literal_words(cel::NodeId list);

  void negate(Condition& condition) const;
  Condition keys(std::uint32_t slot, std::vector<KeyRange> ranges) const;
  Condition words(std::uint32_t slot, std::vector<WordTest> tests) const;
  Condition computed(cel::NodeId id) const;
  std::optional<Condition> comparison(cel::NodeKind op, cel::NodeId left, cel::NodeId right);
  std::optional<Condition> membership(cel::NodeId element, cel::NodeId list);
  /// `["a", "b"].all(t, t in p.tags)` and the like, and `p.tags.exists(t, …)`.
  std::optional<Condition> over_elements(cel::NodeId id);
  /// A total condition over one text attribute is decided once for each word; so is a macro over one list, by its elements.
  std::optional<Condition> word_expression(cel::NodeId id) const;
  /// A comparison by order of two total sides that together read one keyed attribute once, in which the attribute's side is the
  /// attribute itself or a function that rises or falls with it.
  std::optional<Condition> dated(cel::NodeId id) const;

  const Rule& rule_;
  const cel::Ast& ast_;
  cel::Arena arena_{std::size_t{1} << 24};
};

/// In order, each once.
void sort_words(std::vector<WordTest>& words);

}  // namespace zhida::matching::engine
