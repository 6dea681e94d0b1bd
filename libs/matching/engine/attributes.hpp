#pragma once

#include "matching/engine/column.hpp"
#include "matching/engine/vocabulary.hpp"
#include "matching/language.hpp"

#include <memory>
#include <string>
#include <vector>

namespace zhida::matching::engine {

/// The columns there are: the dictionary's attributes by slot, then one of bits for each manual condition that a rule has named.
class Attributes {
 public:
  explicit Attributes(std::shared_ptr<const Language> language);
  /// For a changed dictionary: attributes that keep their name and type keep their words, manual conditions their columns.
  Attributes(std::shared_ptr<const Language> language, const Attributes& before);

  const Language& language() const { return *language_; }
  const Dictionary& dictionary() const { return language_->dictionary(); }
  std::size_t size() const { return dictionary().size() + manual_.size(); }

  Column::Form form(std::uint32_t attribute) const { return attribute < forms_.size() ? forms_[attribute] : Column::Form::bits; }
  /// Of an attribute with words.
  Vocabulary& vocabulary(std::uint32_t attribute) const { return *vocabularies_[attribute]; }
  bool has_vocabulary(std::uint32_t attribute) const { return attribute < vocabularies_.size() && vocabularies_[attribute]; }

  /// The column of a manual condition, by name; a new one if need be.
  std::uint32_t manual(std::string_view name);
  std::optional<std::uint32_t> find_manual(std::string_view name) const;
  std::string_view manual_name(std::uint32_t attribute) const {
    return manual_.text(attribute - static_cast<std::uint32_t>(dictionary().size()));
  }

 private:
  std::shared_ptr<const Language> language_;
  std::vector<Column::Form> forms_;
  std::vector<std::shared_ptr<Vocabulary>> vocabularies_;
  Vocabulary manual_;
};

}  // namespace zhida::matching::engine
