#include "matching/language.hpp"

#include "cel/nearest.hpp"

namespace zhida::matching {
namespace {

/// Refuses literals the attribute can never have, naming the nearest it can.
cel::LiteralCheck literal_check(const Dictionary& dictionary, const Attribute& attribute) {
  if (!attribute.closed() && attribute.pattern.empty()) return {};
  return [&dictionary, &attribute](const cel::Value& literal) -> std::optional<cel::LiteralMistake> {
    if (literal.kind() != cel::Kind::string) return std::nullopt;
    const std::string_view text = literal.as_string();
    cel::Arena arena;
    const RawValue raw = attribute.type.is_list() ? RawValue::of(std::span(&text, 1)) : RawValue::of(text);
    const Reading reading = dictionary.read(attribute, raw, arena);
    if (!reading.mistake) return std::nullopt;
    std::vector<std::string_view> codes;
    for (const Code& code : attribute.codes) codes.push_back(code.code);
    return cel::LiteralMistake{reading.mistake->message_en, reading.mistake->message_zh, std::string(cel::nearest(text, codes))};
  };
}

}  // namespace

Language::Language(std::shared_ptr<const Dictionary> dictionary, cel::Registry registry)
    : dictionary_(std::move(dictionary)), environment_(std::move(registry)) {
  for (const Attribute& attribute : dictionary_->attributes())
    environment_.add_field("p", {attribute.name, attribute.type, attribute.slot, literal_check(*dictionary_, attribute)});
  environment_.set_instant("asof");
}

}  // namespace zhida::matching
