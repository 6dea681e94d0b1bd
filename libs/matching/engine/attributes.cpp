#include "matching/engine/attributes.hpp"

namespace zhida::matching::engine {

namespace {

Column::Form form_of(cel::Type type) {
  if (type.is_list()) return Column::Form::lists;
  if (type == cel::boolean_type) return Column::Form::bits;
  return type == cel::string_type ? Column::Form::words : Column::Form::numbers;
}

}  // namespace

Attributes::Attributes(std::shared_ptr<const Language> language) : language_(std::move(language)) {
  for (const Attribute& attribute : dictionary().attributes()) {
    const Column::Form form = form_of(attribute.type);
    const bool has_words = form == Column::Form::words || form == Column::Form::lists;
    forms_.push_back(form);
    vocabularies_.push_back(has_words ? std::make_shared<Vocabulary>() : nullptr);
    if (has_words)
      for (const Code& code : attribute.codes) vocabularies_.back()->intern(code.code);
  }
}

Attributes::Attributes(std::shared_ptr<const Language> language, const Attributes& before) : Attributes(std::move(language)) {
  for (const Attribute& attribute : dictionary().attributes()) {
    const Attribute* const old = before.dictionary().find(attribute.name);
    if (!old || old->type != attribute.type || !vocabularies_[attribute.slot]) continue;
    vocabularies_[attribute.slot] = before.vocabularies_[old->slot];
    for (const Code& code : attribute.codes) vocabularies_[attribute.slot]->intern(code.code);
  }
  for (std::uint32_t i = 0; i < before.manual_.size(); ++i) manual_.intern(before.manual_.text(i));
}

std::uint32_t Attributes::manual(std::string_view name) { return static_cast<std::uint32_t>(dictionary().size()) + manual_.intern(name); }

std::optional<std::uint32_t> Attributes::find_manual(std::string_view name) const {
  const auto number = manual_.find(name);
  if (!number) return std::nullopt;
  return static_cast<std::uint32_t>(dictionary().size()) + *number;
}

}  // namespace zhida::matching::engine
