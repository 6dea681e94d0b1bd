#include "matching/engine/attributes.hpp"

namespace zhida::matching::engine {

Attributes::Attributes(std::shared_ptr<const Language> language) : language_(std::move(language)) {
  for (const Attribute& attribute : dictionary().attributes()) {
    Column::Form form = Column::Form::numbers;
    if (attribute.type == cel::boolean_type) form = Column::Form::bits;
    if (attribute.type == cel::string_type) form = Column::Form::words;
    if (attribute.type.is_list()) form = Column::Form::lists;
    forms_.push_back(form);
    const bool has_words = form == Column::Form::words || form == Column::Form::lists;
    vocabularies_.push_back(has_words ? std::make_unique<Vocabulary>() : nullptr);
    if (has_words)
      for (const Code& code : attribute.codes) vocabularies_.back()->intern(code.code);
  }
}

std::uint32_t Attributes::manual(std::string_view name) { return static_cast<std::uint32_t>(dictionary().size()) + manual_.intern(name); }

std::optional<std::uint32_t> Attributes::find_manual(std::string_view name) const {
  const auto number = manual_.find(name);
  if (!number) return std::nullopt;
  return static_cast<std::uint32_t>(dictionary().size()) + *number;
}

}  // namespace zhida::matching::engine
